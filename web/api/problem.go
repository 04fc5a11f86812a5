package api

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"citywalk/fault"
	"citywalk/once"
	"citywalk/web"
)

var (
	errRequest = fault.New(fault.Invalid, "api.request", fault.Us, "请求不符合接口文档。", "The request does not follow the document.")
	errOurs    = fault.New(fault.Unavailable, "api.internal", fault.Us, "我们这边出了问题，请稍后再试。", "Something went wrong on our side. Please try again later.")
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
	Request    string   `json:"request_id" doc:"Name it when you ask us about it."`
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

// problemOf is what the caller reads of a fault; the edge's log keeps its code.
func problemOf(ctx context.Context, f *fault.Error, status int) *Problem {
	web.Tell(ctx, "", f.Code)
	c := from(ctx)
	return &Problem{Type: "urn:citywalk:fault:" + f.Code, Title: f.Say(c.lang), Status: status,
		Code: f.Code, Move: string(f.Move), Field: f.Field, RetryAfter: web.RetryAfter(f), Request: c.request}
}

// toProblem turns an error into what the caller may see.
func toProblem(ctx context.Context, err error) *Problem {
	f := web.Fault(err)
	if f == nil {
		return broken(ctx, err.Error())
	}
	return problemOf(ctx, f, web.Status(f.Kind))
}

// broken is what the caller sees of errors that are ours.
func broken(ctx context.Context, why string) *Problem {
	slog.Error("api", "id", from(ctx).request, "error", why)
	return problemOf(ctx, errOurs, http.StatusInternalServerError)
}

// newProblem is what huma makes of requests that do not follow the document.
func newProblem(ctx context.Context, status int, msg string, errs []error) *Problem {
	if status >= 500 {
		return broken(ctx, msg)
	}
	f, said := errRequest, said(errs)
	switch {
	case status == http.StatusUnsupportedMediaType:
		f = web.ErrMedia
	case status == http.StatusRequestEntityTooLarge:
		f = web.ErrTooLarge
	case slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, "header.Idempotency-Key:") }):
		f = once.ErrKey
	case len(said) > 0:
		where, _, _ := strings.Cut(said[0], ":")
		if _, member, ok := strings.Cut(where, "."); ok {
			f = f.In(member)
		}
	case msg != "":
		said = []string{msg}
	}
	p := problemOf(ctx, f, web.Status(f.Kind))
	p.Errors = said
	return p
}

// said lists what does not follow the document, each with its place. What was
// sent is not repeated.
func said(errs []error) []string {
	var all []string
	for _, e := range errs {
		if d, ok := e.(huma.ErrorDetailer); ok {
			all = append(all, d.ErrorDetail().Location+": "+d.ErrorDetail().Message)
		} else if e != nil {
			all = append(all, e.Error())
		}
	}
	return all
}
