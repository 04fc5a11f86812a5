// Package account is people: members, staff, merchants, operators and
// auditors; how they sign in, what they may do, and the audit of what they did.
//
// A person is known by a phone number, which is encrypted at rest, found by a
// keyed blind index and shown only masked. Signing in is a challenge: a
// six-digit code is sent to the number, lives five minutes, may be tried five
// times and works only for its challenge. Known and unknown numbers get the
// same answer; a person is made when the first challenge is met.
//
// A session belongs to one app, so that one browser may be a member, a till
// and a console at once. The database keeps only the hash of its token.
//
// What a role may do is one table (Permissions). Grants tie a role to a
// merchant or a shop. Every consequential act writes an audit row in its own
// transaction (Audit); the rows form a hash chain (VerifyAudit).
package account

import (
	"context"
	"time"

	"citywalk/db"
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

// A Session is one signed-in app on one device.
type Session struct {
	ID      string
	Person  ID
	App     App
	Name    string
	Masked  string
	Grants  []Grant
	Device  string // From the user agent, for the list of devices.
	Created time.Time
	Seen    time.Time
	Expires time.Time
}

// Has reports whether the session's person holds the role, for anything.
func (s Session) Has(r Role) bool { panic("not built") }

// AtShop reports whether the session's person may act for the shop of the
// merchant: as its staff, its merchant, or as an operator.
func (s Session) AtShop(merchant, shop string) bool { panic("not built") }

// Of reports whether the session's person may act for the merchant: as the
// merchant or as an operator (auditors: reads only, see Reads).
func (s Session) Of(merchant string) bool { panic("not built") }

// A Client is where a request comes from, for limits and the device list.
type Client struct {
	IP     string
	Device string // User agent.
}

// A Sender delivers a one-time code to a phone number.
type Sender interface {
	Send(ctx context.Context, phone, code string) error
}

// Keys are the secrets of the package, 32 bytes each.
type Keys struct {
	Seal  []byte // Encrypts phone numbers (AES-256-GCM).
	Index []byte // Keys the blind index of phone numbers (HMAC-SHA256).
	Code  []byte // Keys the hashes of one-time codes and tokens.
}

// Service is what the package does.
type Service struct {
	DB     *db.DB
	Keys   Keys
	Sender Sender
	Limits Limits
}

// Limits bound what is sent. The zero value means the defaults of the code:
// 1 a minute and 5 a day per number, 10 an hour per address.
type Limits struct{ _ int }

// Challenge sends a code to the number and returns the challenge's id. The
// answer does not tell whether the number is known.
func (s *Service) Challenge(ctx context.Context, phone string, c Client) (string, error) {
	panic("not built")
}

// SignIn meets a challenge and opens a session of the app; token is what the
// cookie or the Authorization header carries. Signing in to the till or the
// console needs a grant (for the till: or an invitation to accept next).
func (s *Service) SignIn(ctx context.Context, challenge, code string, app App, c Client) (token string, _ Session, err error) {
	panic("not built")
}

// Authenticate returns the session of a token for an app.
func (s *Service) Authenticate(ctx context.Context, token string, app App) (Session, error) {
	panic("not built")
}

// SignOut ends the session.
func (s *Service) SignOut(ctx context.Context, who Session) error { panic("not built") }

// Sessions lists a person's open sessions, newest first.
func (s *Service) Sessions(ctx context.Context, who Session) ([]Session, error) { panic("not built") }

// Revoke ends another session of the same person.
func (s *Service) Revoke(ctx context.Context, who Session, id string) error { panic("not built") }

// Rename sets the person's own name.
func (s *Service) Rename(ctx context.Context, who Session, name string) error { panic("not built") }

// An Invitation lets who opens its link take a grant once, within 7 days.
type Invitation struct {
	ID      string
	Token   string // Only when made; the database keeps its hash.
	Grant   Grant
	By      ID
	Expires time.Time
	Used    time.Time
}

// Invite makes an invitation. A merchant invites staff of its shops; an
// operator invites anybody.
func (s *Service) Invite(ctx context.Context, who Session, g Grant) (Invitation, error) {
	panic("not built")
}

// Invited returns the invitation of a token that is still open.
func (s *Service) Invited(ctx context.Context, token string) (Invitation, error) {
	panic("not built")
}

// Accept gives the invitation's grant to the session's person, once.
func (s *Service) Accept(ctx context.Context, who Session, token string) (Grant, error) {
	panic("not built")
}

// Team lists who holds a grant for the shop (or for the merchant if shop is "").
func (s *Service) Team(ctx context.Context, who Session, merchant, shop string) ([]Person, error) {
	panic("not built")
}

// Dismiss takes a grant away; the person's sessions of the till and console
// end at once.
func (s *Service) Dismiss(ctx context.Context, who Session, person ID, g Grant) error {
	panic("not built")
}

// Appoint gives a grant to the number's person, who is made if unknown. It is
// for the command line (first operator), the demo and tests.
func (s *Service) Appoint(ctx context.Context, phone, name string, g Grant) (ID, error) {
	panic("not built")
}

// Enter opens a session without a challenge, for the demo and tests only.
func (s *Service) Enter(ctx context.Context, person ID, app App, c Client) (token string, _ Session, err error) {
	panic("not built")
}

// Find returns a person within tx.
func Find(tx *db.Tx, id ID) (Person, error) { panic("not built") }

// People lists members for the console, newest first, after an id; query is a
// name's part or a whole phone number.
func (s *Service) People(ctx context.Context, who Session, query, after string, limit int) ([]Person, error) {
	panic("not built")
}
