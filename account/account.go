// Package account is people: members, staff, merchants, operators and
// auditors; how they sign in, what they may do, and the audit of what they did.
//
// A person is known by a phone number, which is encrypted at rest, found by a
// keyed blind index and shown only masked. Signing in is a challenge: a
// six-digit code is sent to the number, lives five minutes, may be tried five
// times and works only for its challenge. Known and unknown numbers get the
// same answer, because asking for a code never looks for a person; a person is
// made when the first challenge is met.
//
//	       ┌──right code──▶ met
//	open ──┤
//	       └──fifth wrong code, or a newer challenge──▶ dead
//
// Codes cost money and disturb people, so they are bounded for each number,
// block of numbers, address, device and day (Limits). If few of them are ever
// entered, somebody is pumping: codes then go only to numbers that signed in
// before, and everybody is told so alike (Watch, Brake).
//
// A session belongs to one app, so that one browser may be a member, a till
// and a console at once. The database keeps only the hash of its token. Its
// rights are looked up at every call, so that a dismissal bites at the next.
//
// What a role may do is one table (Permissions). Grants tie a role to a
// merchant or a shop. Every consequential act writes an audit row in its own
// transaction (Audit); the rows are then chained by hash (Seal) and the chain
// can be proved (VerifyAudit, ProveAudit).
//
// Codes, tokens, invitations, network addresses and numbers under a limit are
// stored only as keyed hashes.
package account

import (
	"context"
	"slices"
	"time"

	"citywalk/db"
	"citywalk/fault"
)

// Refusals that concern who somebody is.
var (
	ErrSignedOut = fault.New(fault.SignedOut, "account.signed_out", fault.Member,
		"登录已失效，请重新登录。", "You are signed out. Please sign in again.")
	ErrDenied = fault.New(fault.Denied, "account.denied", fault.Operator,
		"这个账号没有做这件事的权限，需要的话请找负责人开通。", "This account may not do that. If it should, ask whoever is in charge to allow it.")
	ErrPerson = fault.New(fault.NotFound, "account.person", fault.Operator,
		"没有找到这个人，请核对后再试。", "There is no such person. Check and try again.")
	ErrName = fault.New(fault.Invalid, "account.name", fault.Member,
		"名字请用 1 到 40 个字，不要带特殊控制字符。", "Use 1 to 40 characters for the name, without control characters.")
)

// An ID names a person: "per_...".
type ID string

// An App is an audience with its own sessions.
type App string

const (
	MemberApp  App = "member"
	TillApp    App = "till"
	ConsoleApp App = "console"
	APIApp     App = "api"
)

// A Role is what a person is to the programme. Everybody who signed in is a
// member; the others are granted.
type Role string

const (
	Anyone   Role = "anyone" // Signed in or not.
	Member   Role = "member"
	Staff    Role = "staff"    // Of one shop.
	Merchant Role = "merchant" // Of one merchant and all its shops.
	Operator Role = "operator"
	Auditor  Role = "auditor" // Reads what operators read, writes nothing.
)

// A Grant gives a person a role. Staff name a shop and its merchant, merchants
// a merchant, operators and auditors nothing.
type Grant struct {
	Role     Role
	Merchant string
	Shop     string
}

// A Person is someone the programme knows.
type Person struct {
	ID      ID
	Name    string // As the person wrote it; may be empty.
	Masked  string // "138****0001".
	Grants  []Grant
	Created time.Time
}

// Has reports whether the person holds the grant.
func (p Person) Has(g Grant) bool { return slices.Contains(p.Grants, g) }

// A Session is one signed-in app on one device. A session of the member app
// carries no grants: whoever steals a member's phone opens no till and no
// console with it.
type Session struct {
	ID      string
	Person  ID
	App     App
	Name    string
	Masked  string
	Grants  []Grant
	Device  string // Short, from the user agent, for the list of devices.
	Created time.Time
	Seen    time.Time // To the minute.
	Expires time.Time // When it ends if it is not used again.
}

// A Client is where a request comes from, for limits and the device list.
type Client struct {
	IP     string
	Device string // User agent.
	Tag    string // What the browser was given to be known again (NewTag); may be empty.
	// Invitation is the token of an invitation that the person is about to
	// accept. It lets somebody without a grant sign in to the console.
	Invitation string
}

// Service is what the package does.
type Service struct {
	DB     *db.DB
	Keys   Keys
	Sender Sender
	Limits Limits
}

// update is DB.Update for a use case that also returns something.
func update[T any](ctx context.Context, d *db.DB, fn func(tx *db.Tx) (T, error)) (T, error) {
	var out T
	err := d.Update(ctx, func(tx *db.Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	return out, err
}

// view is DB.View for a use case that returns something.
func view[T any](ctx context.Context, d *db.DB, fn func(tx *db.Tx) (T, error)) (T, error) {
	var out T
	err := d.View(ctx, func(tx *db.Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	return out, err
}
