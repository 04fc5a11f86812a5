-- What a simulation watches: every change of what is counted, in order, whole
-- and in the transaction that makes it. A trigger sees also what the product
-- changes twice in one transaction.
CREATE TABLE simulate_changes (
	n    INTEGER NOT NULL PRIMARY KEY,
	what TEXT NOT NULL,
	id   TEXT NOT NULL,
	was  TEXT NOT NULL DEFAULT '', now TEXT NOT NULL DEFAULT '',
	a TEXT NOT NULL DEFAULT '', b TEXT NOT NULL DEFAULT '', c TEXT NOT NULL DEFAULT '', d TEXT NOT NULL DEFAULT '',
	e TEXT NOT NULL DEFAULT '', f TEXT NOT NULL DEFAULT '', g TEXT NOT NULL DEFAULT '',
	i INTEGER NOT NULL DEFAULT 0, j INTEGER NOT NULL DEFAULT 0, k INTEGER NOT NULL DEFAULT 0, l INTEGER NOT NULL DEFAULT 0,
	m INTEGER NOT NULL DEFAULT 0, o INTEGER NOT NULL DEFAULT 0, p INTEGER NOT NULL DEFAULT 0
);

-- The books: entries and postings come and stay.
CREATE TRIGGER simulate_entry AFTER INSERT ON ledger_entries BEGIN
	INSERT INTO simulate_changes (what, id, a, b) VALUES ('entry', NEW.id, NEW.key, NEW.day);
END;
CREATE TRIGGER simulate_posting AFTER INSERT ON ledger_postings BEGIN
	INSERT INTO simulate_changes (what, id, a, b, c, i) VALUES ('posting', NEW.entry, NEW.account, NEW.party, NEW.day, NEW.amount);
END;
CREATE TRIGGER simulate_entry_changed AFTER UPDATE ON ledger_entries BEGIN
	INSERT INTO simulate_changes (what, id) VALUES ('torn', NEW.id);
END;
CREATE TRIGGER simulate_entry_gone AFTER DELETE ON ledger_entries BEGIN
	INSERT INTO simulate_changes (what, id) VALUES ('torn', OLD.id);
END;
CREATE TRIGGER simulate_posting_changed AFTER UPDATE ON ledger_postings BEGIN
	INSERT INTO simulate_changes (what, id) VALUES ('torn', NEW.entry);
END;
CREATE TRIGGER simulate_posting_gone AFTER DELETE ON ledger_postings BEGIN
	INSERT INTO simulate_changes (what, id) VALUES ('torn', OLD.entry);
END;

-- Redemptions: a person, b shop, c payment, d code, e the day of its uses, f
-- pass, g terms; i version, j version of the quote, k due, l off, m fee, o when
-- the state before would have expired, p when it committed.
CREATE TRIGGER simulate_redemption AFTER INSERT ON redeem_redemptions BEGIN
	INSERT INTO simulate_changes (what, id, now, a, b, c, d, e, f, g, i, j, k, l, m)
	VALUES ('redemption', NEW.id, NEW.state, NEW.person, NEW.shop, NEW.payment, NEW.code, NEW.slot_day, NEW.pass, NEW.basis,
		NEW.version, COALESCE(json_extract(NEW.quote, '$.Version'), 0), NEW.due, NEW.off, NEW.fee);
END;
CREATE TRIGGER simulate_redemption_changed AFTER UPDATE ON redeem_redemptions BEGIN
	INSERT INTO simulate_changes (what, id, was, now, a, b, c, d, e, f, g, i, j, k, l, m, o, p)
	VALUES ('redemption', NEW.id, OLD.state, NEW.state, NEW.person, NEW.shop, NEW.payment, NEW.code, NEW.slot_day, NEW.pass, NEW.basis,
		NEW.version, COALESCE(json_extract(NEW.quote, '$.Version'), 0), NEW.due, NEW.off, NEW.fee, OLD.expires, NEW.committed);
	INSERT INTO simulate_changes (what, id, a, b, c, i, j) VALUES ('days', NEW.id, NEW.day, NEW.undo_day, NEW.budget_day, NEW.budget, NEW.undone);
END;
CREATE TRIGGER simulate_step AFTER INSERT ON redeem_steps BEGIN
	INSERT INTO simulate_changes (what, id, now, a, i, j) VALUES ('step', NEW.redemption, NEW.state, NEW.actor, NEW.version, NEW.at);
END;
CREATE TRIGGER simulate_slot AFTER INSERT ON redeem_slots BEGIN
	INSERT INTO simulate_changes (what, id, a, b, c, i) VALUES ('slot', NEW.redemption, NEW.person, NEW.day, NEW.scope, 1);
END;
CREATE TRIGGER simulate_slot_gone AFTER DELETE ON redeem_slots BEGIN
	INSERT INTO simulate_changes (what, id, a, b, c, i) VALUES ('slot', OLD.redemption, OLD.person, OLD.day, OLD.scope, -1);
END;
CREATE TRIGGER simulate_code AFTER UPDATE ON redeem_codes BEGIN
	INSERT INTO simulate_changes (what, id, a, i, j, k) VALUES ('code', NEW.hash, NEW.person, OLD.used, NEW.used, NEW.until);
END;
CREATE TRIGGER simulate_budget AFTER INSERT ON redeem_budgets BEGIN
	INSERT INTO simulate_changes (what, id, a, i) VALUES ('budget', NEW.shop, NEW.day, NEW.reserved);
END;
CREATE TRIGGER simulate_budget_changed AFTER UPDATE ON redeem_budgets BEGIN
	INSERT INTO simulate_changes (what, id, a, i) VALUES ('budget', NEW.shop, NEW.day, NEW.reserved);
END;

-- Payments: a purpose, b what it is for, c payer, d trade; i amount, j fee,
-- k what of it was asked back.
CREATE TRIGGER simulate_payment AFTER INSERT ON payment_payments BEGIN
	INSERT INTO simulate_changes (what, id, now, a, b, c, d, i, j, k)
	VALUES ('payment', NEW.no, NEW.state, NEW.purpose, NEW.ref, NEW.payer, NEW.trade, NEW.amount, NEW.fee, NEW.returned);
END;
CREATE TRIGGER simulate_payment_changed AFTER UPDATE ON payment_payments BEGIN
	INSERT INTO simulate_changes (what, id, was, now, a, b, c, d, i, j, k)
	VALUES ('payment', NEW.no, OLD.state, NEW.state, NEW.purpose, NEW.ref, NEW.payer, NEW.trade, NEW.amount, NEW.fee, NEW.returned);
END;
CREATE TRIGGER simulate_refund AFTER INSERT ON payment_refunds BEGIN
	INSERT INTO simulate_changes (what, id, now, a, b, i, j) VALUES ('refund', NEW.no, NEW.state, NEW.payment, NEW.key, NEW.amount, NEW.fee_back);
END;
CREATE TRIGGER simulate_refund_changed AFTER UPDATE ON payment_refunds BEGIN
	INSERT INTO simulate_changes (what, id, was, now, a, b, i, j)
	VALUES ('refund', NEW.no, OLD.state, NEW.state, NEW.payment, NEW.key, NEW.amount, NEW.fee_back);
END;

-- Passes: a person, b payment, c first, d until; i price, j uses, k saved, l
-- trial, m days.
CREATE TRIGGER simulate_pass AFTER INSERT ON pass_passes BEGIN
	INSERT INTO simulate_changes (what, id, now, a, b, c, d, i, j, k, l, m)
	VALUES ('pass', NEW.id, NEW.state, NEW.person, NEW.payment, NEW.first, NEW.until, NEW.price, NEW.uses, NEW.saved, NEW.trial, NEW.days);
END;
CREATE TRIGGER simulate_pass_changed AFTER UPDATE ON pass_passes BEGIN
	INSERT INTO simulate_changes (what, id, was, now, a, b, c, d, i, j, k, l, m)
	VALUES ('pass', NEW.id, OLD.state, NEW.state, NEW.person, NEW.payment, NEW.first, NEW.until, NEW.price, NEW.uses, NEW.saved, NEW.trial, NEW.days);
END;

-- Statements: a merchant, b day; i redemptions, j undos, k paid, l fee, m net.
CREATE TRIGGER simulate_statement AFTER INSERT ON settle_statements BEGIN
	INSERT INTO simulate_changes (what, id, a, b, i, j, k, l, m)
	VALUES ('statement', NEW.id, NEW.merchant, NEW.day, NEW.count, NEW.undone, NEW.paid, NEW.fee, NEW.net);
END;
CREATE TRIGGER simulate_statement_changed AFTER UPDATE ON settle_statements BEGIN
	INSERT INTO simulate_changes (what, id) VALUES ('restated', NEW.id);
END;
CREATE TRIGGER simulate_line AFTER INSERT ON settle_lines BEGIN
	INSERT INTO simulate_changes (what, id, a, i) VALUES ('line', NEW.redemption, NEW.statement, NEW.undo);
END;
CREATE TRIGGER simulate_line_gone AFTER DELETE ON settle_lines BEGIN
	INSERT INTO simulate_changes (what, id) VALUES ('restated', OLD.statement);
END;

-- What shops give: a terms, b offers; now the shop's state.
CREATE TRIGGER simulate_shop AFTER UPDATE ON shop_shops BEGIN
	INSERT INTO simulate_changes (what, id, now, a, b) VALUES ('shop', NEW.id, NEW.state, NEW.terms, NEW.offers);
END;

-- Answers under a key: a who and b which command; they are kept for days and
-- never changed.
CREATE TRIGGER simulate_once_changed AFTER UPDATE ON once_keys BEGIN
	INSERT INTO simulate_changes (what, id, a, b) VALUES ('answer', NEW.key, NEW.principal, NEW.route);
END;

-- Gates: whether they let sales through.
CREATE TRIGGER simulate_gate AFTER INSERT ON discover_gates BEGIN
	INSERT INTO simulate_changes (what, id, now) VALUES ('gate', NEW.id, NEW.state);
END;
CREATE TRIGGER simulate_gate_changed AFTER UPDATE ON discover_gates BEGIN
	INSERT INTO simulate_changes (what, id, was, now) VALUES ('gate', NEW.id, OLD.state, NEW.state);
END;
