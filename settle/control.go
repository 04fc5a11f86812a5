package settle

import (
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
)

// Controls are the sub-ledgers of merchant.pending and merchant.payable.
func (s *Service) Controls() []ledger.Control {
	return []ledger.Control{
		{Name: "lines on no statement", Account: ledger.MerchantPending, Sums: func(tx *db.Tx) (map[string]money.Amount, error) {
			return pending(tx, ever)
		}},
		{Name: "closed statements", Account: ledger.MerchantPayable, Sums: payable},
	}
}

// pending is what redemptions of a window earned that no statement has yet, in
// the ledger's sign.
func pending(tx *db.Tx, from window) (map[string]money.Amount, error) {
	groups, err := selectGroups(tx, "", from)
	if err != nil {
		return nil, wrap("add up open lines", err)
	}
	sums := map[string]money.Amount{}
	for _, g := range groups {
		sums[string(g.Merchant)] -= g.Paid - g.Fee
	}
	return sums, nil
}

func payable(tx *db.Tx) (map[string]money.Amount, error) {
	all, err := selectNets(tx)
	if err != nil {
		return nil, wrap("add up statements", err)
	}
	sums := map[string]money.Amount{}
	for _, n := range all {
		sums[string(n.Merchant)] = -n.Net
	}
	return sums, nil
}
