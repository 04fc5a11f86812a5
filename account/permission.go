package account

import "slices"

// An Action is something that a route lets its caller do, "till.scan".
type Action string

// Actions. Each app's routes name theirs; each has a row in Permissions.
const (
	ActPublic Action = "public"

	ActMemberUse Action = "member.use" // Own pass, codes, payments, receipts.

	ActTillUse Action = "till.use" // Scan, price, accept, cancel, undo at own shop.

	ActConsoleRead   Action = "console.read"   // Operators' and auditors' reading.
	ActConsoleWrite  Action = "console.write"  // Operators' changes.
	ActMerchantRead  Action = "merchant.read"  // A merchant's own shops, team, statements.
	ActMerchantWrite Action = "merchant.write" // A merchant's own shops and team.
)

// Permissions says which roles may do what. Whose shop or merchant it is, is
// checked by the package that owns the thing.
var Permissions = map[Action][]Role{
	ActPublic:        {Anyone},
	ActMemberUse:     {Member},
	ActTillUse:       {Staff, Merchant},
	ActConsoleRead:   {Operator, Auditor},
	ActConsoleWrite:  {Operator},
	ActMerchantRead:  {Merchant, Operator, Auditor},
	ActMerchantWrite: {Merchant, Operator},
}

// Allowed reports whether the session may do the action; who is the zero
// Session for a caller who is not signed in. An action without a row is
// allowed to nobody.
func Allowed(who Session, a Action) bool { return slices.ContainsFunc(Permissions[a], who.Has) }
