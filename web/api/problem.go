package api

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"citywalk/fault"
	"citywalk/web"
)

var (
	errRequest   = fault.New(fault.Invalid, "api.request", fault.Us, "请求不符合接口文档。", "The request does not follow the document.")
	errOurs      = fault.New(fault.Unavailable, "api.internal", fault.Us, "我们这边出了问题，请稍后再试。", "Something went wrong on our side. Please try again later.")
	errNoContent = fault.New(fault.Unsupported, "api.media_type", fault.Us, "请用 application/json。", "Send application/json.")
)

// A Problem is a refusal as RFC 9457 has it, with what people and devices need
// besides. The edge writes the same members for what it refuses itself.
type Problem struct {
	Type       string   `json:"type"`
	Title      string   `json:"title" doc:"A sentence in the caller's language: what happened and what to do."`
	Status     int      `json:"status"`
	Code       string   `json:"code" doc:"Stable code to act on."`
	Move       string   `json:"move" enum:"member,staff,merchant,operator,us" doc:"Whose move it is."`
	Field      string   `json:"field,omitempty" doc:"The member of the request that it is about."`
	RetryAfter int      `json:"retry_after,omitempty" doc:"Seconds after which trying again makes sense."`
	Request    string   `json:"request_id,omitempty"`
	Errors     []string `json:"errors,omitempty" doc:"What does not follow the document."`
}

func (p *Problem) Error() string             { return p.Code + ": " + p.Title }
func (p *Problem) GetStatus() int            { return p.Status }
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders lets huma send Retry-After.
func (p *Problem) GetHeaders() http.Header {
	if p.RetryAfter == 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(p.RetryAfter)}}
}

func problemOf(f *fault.Error, status int, l fault.Lang) *Problem {
	return &Problem{Type: "urn:citywalk:fault:" + f.Code, Title: f.Say(l), Status: status,
		Code: f.Code, Move: string(f.Move), Field: f.Field, RetryAfter: int(math.Ceil(f.Retry.Seconds()))}
}

// toProblem turns an error into what the caller may see.
func toProblem(ctx context.Context, err error) *Problem {
	c := from(ctx)
	f := web.Fault(err)
	if f == nil {
		slog.Error("api", "id", c.request, "error", err.Error())
		p := problemOf(errOurs, http.StatusInternalServerError, c.lang)
		p.Request = c.request
		return p
	}
	return problemOf(f, web.Status(f.Kind), c.lang)
}

// newProblem is what huma makes of requests that do not follow the document.
func newProblem(status int, msg string, errs ...error) huma.StatusError {
	f := errRequest
	if status == http.StatusUnsupportedMediaType {
		f = errNoContent
	}
	if status >= 500 {
		slog.Error("api", "error", msg)
		return problemOf(errOurs, status, fault.En)
	}
	p := problemOf(f, status, fault.En)
	for _, e := range errs {
		if d, ok := e.(huma.ErrorDetailer); ok {
			p.Errors = append(p.Errors, d.ErrorDetail().Location+": "+d.ErrorDetail().Message)
		} else if e != nil {
			p.Errors = append(p.Errors, e.Error())
		}
	}
	if len(p.Errors) == 0 && msg != "" {
		p.Errors = []string{msg}
	}
	return p
}
