// Package ledger is the books: double entry, append-only, in one currency.
//
// Debits are positive and credits negative. An entry is a set of postings that
// add up to zero, under a key that is unique for ever. Entries are never
// changed; a mistake is corrected by another entry. Post is the only function
// that writes.
//
// A posting goes to an account of the chart and, where the account is kept per
// party, to one party (a merchant, a cohort of passes, a refund). Prove shows
// that the books hold.
//
// Balances are sums over the postings, read in View. A transaction that writes
// never reads one: every writer would then collide with every other.
package ledger

import "citywalk/money"

// An Account is a line of the chart.
type Account string

const (
	GatewayCash       Account = "gateway.cash"       // Asset: what the payment institution holds for the programme.
	PassUnearned      Account = "pass.unearned"      // Liability per cohort of passes: paid, not yet earned.
	PassRevenue       Account = "pass.revenue"       // Income, recognised by day.
	MerchantPending   Account = "merchant.pending"   // Liability per merchant: earned, not yet on a statement.
	MerchantPayable   Account = "merchant.payable"   // Liability per merchant: on a closed statement, to be paid out.
	GatewayFee        Account = "gateway.fee"        // Expense: payment fees that the programme bears.
	PlatformDiscounts Account = "platform.discounts" // Expense: discounts that the programme co-funds.
	Refunds           Account = "refunds"            // Liability per refund: decided, not yet paid back.
	Suspense          Account = "suspense"           // Liability per payment: money that came when nothing was owed.
)

// Normal says on which side an account's balance must stand.
type Normal int

const (
	Debit  Normal = +1
	Credit Normal = -1
)

// A Line describes an account of the chart.
type Line struct {
	Account  Account
	Normal   Normal
	ByParty  bool // Whether postings name a party, each of which obeys the sign rule by itself.
	Zh, En   string
	Flexible bool // Whether the balance may stand on either side.
}

// chart is in the order in which books show it: what is held, what is owed,
// what was earned, what was spent. The schema repeats its accounts and which
// are kept by party.
var chart = []Line{
	{Account: GatewayCash, Normal: Debit, Zh: "支付机构待结资金", En: "Cash at gateway"},
	{Account: PassUnearned, Normal: Credit, ByParty: true, Zh: "会员卡未摊销款", En: "Pass fees not yet earned"},
	{Account: MerchantPending, Normal: Credit, ByParty: true, Flexible: true, Zh: "应付商户（未出账）", En: "Owed to merchants, not yet on a statement"},
	{Account: MerchantPayable, Normal: Credit, ByParty: true, Zh: "应付商户（已出账）", En: "Owed to merchants, on a statement"},
	{Account: Refunds, Normal: Credit, ByParty: true, Zh: "待退款", En: "Refunds to be paid"},
	{Account: Suspense, Normal: Credit, ByParty: true, Zh: "待查款项", En: "Suspense"},
	{Account: PassRevenue, Normal: Credit, Zh: "会员卡收入", En: "Pass revenue"},
	{Account: GatewayFee, Normal: Debit, Zh: "支付手续费", En: "Gateway fees"},
	{Account: PlatformDiscounts, Normal: Debit, Zh: "平台补贴", En: "Discounts funded by the programme"},
}

// Chart returns the chart of accounts in the order in which books show it.
func Chart() []Line { return append([]Line(nil), chart...) }

// line returns an account's line of the chart.
func line(a Account) (Line, bool) {
	for _, l := range chart {
		if l.Account == a {
			return l, true
		}
	}
	return Line{}, false
}

// wrong reports whether a balance stands on the wrong side.
func (l Line) wrong(balance money.Amount) bool {
	return !l.Flexible && balance*money.Amount(l.Normal) < 0
}
