package account

import (
	"net/netip"
	"time"

	"citywalk/db"
	"citywalk/fault"
)

// Refusals to send. Each makes sense to retry after its Retry.
var (
	ErrSoon = fault.New(fault.TooMany, "account.soon", fault.Member,
		"刚给这个号码发过验证码，请过 {seconds} 秒再试。", "A code was sent to this number just now. Try again in {seconds} seconds.")
	ErrTooMany = fault.New(fault.TooMany, "account.too_many", fault.Member,
		"这个号码今天要的验证码太多了，请明天再试。", "Too many codes were asked for with this number today. Try again tomorrow.")
	ErrDevice = fault.New(fault.TooMany, "account.device", fault.Member,
		"这台设备刚要过好几次验证码，请过 {minutes} 分钟再试。", "Several codes were asked for from this device just now. Try again in {minutes} minutes.")
	ErrCrowded = fault.New(fault.TooMany, "account.crowded", fault.Member,
		"你所在的网络要的验证码太多了，请过一会儿再试，或换个网络。", "Too many codes were asked for from your network. Try again later, or from another network.")
	ErrBudget = fault.New(fault.TooMany, "account.budget", fault.Operator,
		"今天的验证码已经发完，我们正在处理，请稍后再试。", "Today's codes are used up. We are looking into it; try again later.")
)

// Limits bound what is sent, so that nobody's phone is flooded and nobody
// earns by making the programme send. Zero means the default, a negative
// number no limit.
type Limits struct {
	PhoneGap    time.Duration // Between two codes to one number; default 60 s.
	PhoneDay    int           // To one number in 24 hours; default 5.
	AddressHour int           // From one network address in an hour; default 10.
	DeviceTen   int           // From one device in ten minutes; default 3.
	PrefixHour  int           // To numbers that differ in the last four digits, in an hour; default 20.
	Day         int           // To everybody in 24 hours; default 5,000.
	Sample      int           // Codes in an hour from which on it matters how many are met; default 100.
}

// dayMax is the default of Limits.Day; dayKey is the key of its row.
const (
	dayMax = 5000
	dayKey = "day"
)

// A bound is one limit as it applies to one request.
type bound struct {
	key    string
	max    int
	window time.Duration
	err    *fault.Error
}

// bounds lists the limits of a request. The common budget stands last, so that
// what another limit refuses never touches its row, which all requests share.
func (s *Service) bounds(p Phone, c Client) []bound {
	l := s.Limits
	gap := bound{"phone-gap:" + p.Digits(), 1, l.PhoneGap, ErrSoon}
	if gap.window == 0 {
		gap.window = time.Minute
	} else if gap.window < 0 {
		gap.max = -1
	}
	all := []bound{
		gap,
		{"phone-day:" + p.Digits(), or(l.PhoneDay, 5), 24 * time.Hour, ErrTooMany},
		{"prefix-hour:" + p.prefix(), or(l.PrefixHour, 20), time.Hour, ErrCrowded},
	}
	if c.IP != "" {
		all = append(all, bound{"address-hour:" + network(c.IP), or(l.AddressHour, 10), time.Hour, ErrCrowded})
	}
	if device := s.device(c); device != "" {
		all = append(all, bound{"device-ten:" + device, or(l.DeviceTen, 3), 10 * time.Minute, ErrDevice})
	}
	return append(all, bound{dayKey, or(l.Day, dayMax), 24 * time.Hour, ErrBudget})
}

func or(n, standard int) int {
	if n == 0 {
		return standard
	}
	return n
}

// network returns what counts as one address: an IPv4 address, or the /64 of
// an IPv6 one, all of which belongs to one customer.
func network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return ip
	}
	return p.String()
}

// spend counts one request against its limits. It is one conditional statement
// per limit, so that parallel requests cannot pass together. A refusal undoes
// the whole transaction: only what is sent counts.
func (s *Service) spend(tx *db.Tx, p Phone, c Client) error {
	for _, b := range s.bounds(p, c) {
		if b.max < 0 {
			continue
		}
		key := s.Keys.index("limit", b.key)
		until, ok, err := count(tx, key, b.max, b.window)
		if err != nil {
			return err
		}
		if !ok {
			wait := until.Sub(tx.Now())
			return b.err.With("seconds", int64((wait+time.Second-1)/time.Second), "minutes", int64((wait+time.Minute-1)/time.Minute)).After(wait)
		}
	}
	return nil
}
