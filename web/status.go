package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
)

// Refusals of the edge itself.
var (
	ErrNowhere     = fault.New(fault.NotFound, "web.nowhere", fault.Us, "这里没有你要找的页面。", "There is no such page here.")
	ErrMethod      = fault.New(fault.Unsupported, "web.method", fault.Us, "这个地址不支持这种请求方式。", "This address does not take that method.")
	ErrMedia       = fault.New(fault.Unsupported, "web.media", fault.Us, "这种内容格式我们不接受。", "This content type is not one we take.")
	ErrForeignPage = fault.New(fault.Denied, "web.foreign_page", fault.Member, "这个请求来自别的网站，没有执行。请在本页面里重新操作。", "This request came from another site and was not carried out. Do it again from our own page.")
	ErrTooLarge    = fault.New(fault.TooLarge, "web.too_large", fault.Us, "提交的内容太大了。", "What was sent is too large.")
	ErrUnavailable = fault.New(fault.Unavailable, "web.unavailable", fault.Us, "系统正忙，这一步没有执行。请稍等几秒再试。", "We are busy and nothing was done. Wait a few seconds and try again.")
	ErrOutcome     = fault.New(fault.Unavailable, "web.outcome_unknown", fault.Member, "网络断了一下，我们还不知道这一步有没有做成。请先看记录，再决定要不要重做。", "The connection broke and we do not know whether it was done. Look before you repeat it.")
	ErrSlow        = fault.New(fault.Unavailable, "web.slow", fault.Us, "等得太久，这一步我们停下了。请稍后再试。", "It took too long and we stopped. Try again shortly.")
	ErrForm        = fault.New(fault.Invalid, "web.form", fault.Us, "提交的内容读不懂，请刷新页面再试。", "We could not read what was sent. Refresh the page and try again.")
	ErrAmount      = fault.New(fault.Invalid, "web.amount", fault.Member, "请填写金额，例如 128.50。", "Write an amount, for example 128.50.")
	ErrNumber      = fault.New(fault.Invalid, "web.number", fault.Member, "请填写 {min} 到 {max} 之间的整数。", "Write a whole number from {min} to {max}.")
	ErrDay         = fault.New(fault.Invalid, "web.day", fault.Member, "请填写日期，例如 2026-03-02。", "Write a date, for example 2026-03-02.")

	// Of a server whose database went back to an earlier moment, by audience.
	ErrClosed        = fault.New(fault.Unavailable, "web.closed", fault.Us, "系统刚从备份恢复，正在和支付机构逐笔核对，核对完就开放。付过的钱不会丢，请先不要重复付款，稍后再来。", "We were put back to an earlier moment and are checking every payment with the payment institution before we open again. What you paid is not lost: do not pay again, and come back later.")
	ErrClosedTill    = fault.New(fault.Unavailable, "web.closed_till", fault.Us, "系统刚从备份恢复，暂时不能收会员卡。请先按平常方式收款，开放后再扫会员码。", "We were put back to an earlier moment and cannot take member cards for now. Take payment as ever, and scan again when we are open.")
	ErrClosedConsole = fault.New(fault.Unavailable, "web.closed_console", fault.Operator, "数据库退回到了较早的时刻，系统还没有开放。请在服务器上运行 citywalk reopen：它和支付机构核对付款，然后开放。", "The database went back to an earlier moment and nobody is served. Run citywalk reopen on the server: it checks the payments with the institution, then opens.")
)

// Closed is what an app tells everybody whose server has to wait for a reopening.
func Closed(app account.App) *fault.Error {
	f := ErrClosed
	switch app {
	case account.TillApp:
		f = ErrClosedTill
	case account.ConsoleApp:
		f = ErrClosedConsole
	}
	return f.After(30 * time.Second)
}

// Status is the HTTP status of a kind of fault. It is the only place that
// knows.
func Status(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.SignedOut:
		return http.StatusUnauthorized
	case fault.Denied:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.Mismatch:
		return http.StatusUnprocessableEntity
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// statusOf is Status, but for the method: that has a status of its own.
func statusOf(f *fault.Error) int {
	if f.Code == ErrMethod.Code {
		return http.StatusMethodNotAllowed
	}
	return Status(f.Kind)
}

// formStatus is the status of a form that is shown again: 422 says that it was
// read and its values refused.
func formStatus(k fault.Kind) int {
	if k == fault.Invalid {
		return http.StatusUnprocessableEntity
	}
	return Status(k)
}

// Fault returns what a person is told about err; nil when the error is ours
// and says nothing to people.
func Fault(err error) *fault.Error {
	if f, ok := fault.From(err); ok {
		return f
	}
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return ErrTooLarge
	case errors.Is(err, db.ErrUnknown):
		return ErrOutcome.After(5 * time.Second)
	case errors.Is(err, db.ErrFenced):
		return Closed("")
	case errors.Is(err, db.ErrUnavailable), errors.Is(err, db.ErrBusy):
		return ErrUnavailable.After(2 * time.Second)
	case errors.Is(err, context.DeadlineExceeded):
		return ErrSlow.After(5 * time.Second)
	}
	return nil
}

// RetryAfter is when it makes sense to come back, in whole seconds; 0 is never
// said. Faults that mean "later" always say when.
func RetryAfter(f *fault.Error) int {
	d := f.Retry
	if d <= 0 && (f.Kind == fault.TooMany || f.Kind == fault.Unavailable) {
		d = 2 * time.Second
	}
	return int((d + time.Second - 1) / time.Second)
}
