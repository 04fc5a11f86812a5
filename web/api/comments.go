package api

import (
	"context"
	"time"

	"citywalk/community"
	"citywalk/curate"
)

type commentIn struct {
	NoteIn
	Keyed
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"500"`
	}
}
type commentBody struct {
	ID     string    `json:"id"`
	Author string    `json:"author,omitempty" doc:"The name that its author chose; absent for others."`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
	Mine   bool      `json:"mine"`
}
type commentOut struct {
	Body struct {
		ID string `json:"id"`
	}
}
type commentsIn struct {
	NoteIn
	NotePageIn
}
type commentsOut struct {
	Body struct {
		Comments []commentBody `json:"comments" doc:"The oldest first."`
		Next     string        `json:"next,omitempty"`
	}
}

func (a *API) comment(ctx context.Context, in *commentIn) (*commentOut, error) {
	id, err := a.Community.Comment(ctx, who(ctx), curate.NoteID(in.Note), in.Body.Text, in.Key)
	if err != nil {
		return nil, err
	}
	out := new(commentOut)
	out.Body.ID = string(id)
	return out, nil
}

func (a *API) comments(ctx context.Context, in *commentsIn) (*commentsOut, error) {
	if _, err := a.Community.Get(ctx, who(ctx), curate.NoteID(in.Note)); err != nil {
		return nil, err
	}
	all, next, err := a.Community.Comments(ctx, who(ctx), curate.NoteID(in.Note), in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := new(commentsOut)
	out.Body.Comments, out.Body.Next = []commentBody{}, next
	for _, c := range all {
		out.Body.Comments = append(out.Body.Comments, commentBody{string(c.ID), c.Name, c.Text, c.At, c.Mine})
	}
	return out, nil
}

// A ThingIn names a note, a comment or an answer.
type ThingIn struct {
	Thing string `path:"thing" maxLength:"64" doc:"A note, a comment or an answer."`
}

type deleteCommentIn struct {
	Comment string `path:"comment" maxLength:"64"`
}

func (a *API) deleteComment(ctx context.Context, in *deleteCommentIn) (*doneOut, error) {
	_, err := a.Community.Uncomment(ctx, who(ctx), community.CommentID(in.Comment))
	return nil, err
}

type reportIn struct {
	ThingIn
	Body struct {
		Reason string `json:"reason" enum:"false,ad,abuse,privacy,obscene,other"`
		Words  string `json:"words,omitempty" maxLength:"500"`
	}
}

func (a *API) report(ctx context.Context, in *reportIn) (*doneOut, error) {
	return nil, a.Community.Report(ctx, who(ctx), in.Thing, community.Reason(in.Body.Reason), in.Body.Words)
}

type appealHiddenIn struct {
	ThingIn
	Body struct {
		Words string `json:"words" minLength:"1" maxLength:"500"`
	}
}

func (a *API) appealHidden(ctx context.Context, in *appealHiddenIn) (*doneOut, error) {
	return nil, a.Community.Appeal(ctx, who(ctx), in.Thing, in.Body.Words)
}

type casesIn struct {
	NotePageIn
	State string `query:"state" enum:"open,kept,hidden,appealed,final,gone" default:"open"`
}
type caseBody struct {
	Thing   string    `json:"thing"`
	Kind    string    `json:"kind" enum:"note,comment,answer"`
	Note    string    `json:"note"`
	State   string    `json:"state" enum:"open,kept,hidden,appealed,final,gone"`
	Text    string    `json:"text" doc:"What it says; empty when its author deleted it."`
	Shop    string    `json:"shop,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	Words   string    `json:"words,omitempty" doc:"What the author was told."`
	Appeal  string    `json:"appeal,omitempty" doc:"The author's word against it."`
	Reasons []string  `json:"reasons" doc:"Of each report."`
	Changed time.Time `json:"changed"`
}
type casesOut struct {
	Body struct {
		Cases []caseBody `json:"cases"`
		Next  string     `json:"next,omitempty"`
	}
}

func (a *API) cases(ctx context.Context, in *casesIn) (*casesOut, error) {
	all, next, err := a.Community.Cases(ctx, who(ctx), community.CaseState(in.State), in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := new(casesOut)
	out.Body.Cases, out.Body.Next = []caseBody{}, next
	for _, c := range all {
		b := caseBody{Thing: c.Thing, Kind: string(c.Kind), Note: string(c.Note), State: string(c.State), Text: c.Text, Shop: string(c.Shop),
			Reason: string(c.Reason), Words: c.Words, Appeal: c.Appeal, Reasons: []string{}, Changed: c.Changed}
		for _, r := range c.Reports {
			b.Reasons = append(b.Reasons, string(r.Reason))
		}
		out.Body.Cases = append(out.Body.Cases, b)
	}
	return out, nil
}

type ruleIn struct {
	ThingIn
	Body struct {
		Act    string `json:"act" enum:"keep,hide,restore,uphold,yield" doc:"uphold and yield answer an author who asked for a second look."`
		Reason string `json:"reason,omitempty" enum:"false,ad,abuse,privacy,obscene,other" doc:"Of hiding."`
		Words  string `json:"words,omitempty" maxLength:"500" doc:"To the author; all but keep need some."`
	}
}

func (a *API) ruleOn(ctx context.Context, in *ruleIn) (*doneOut, error) {
	b := in.Body
	switch b.Act {
	case "keep":
		return nil, a.Community.Keep(ctx, who(ctx), in.Thing)
	case "hide":
		return nil, a.Community.Hide(ctx, who(ctx), in.Thing, community.Ruling{Reason: community.Reason(b.Reason), Words: b.Words})
	case "restore":
		return nil, a.Community.Restore(ctx, who(ctx), in.Thing, b.Words)
	case "uphold":
		return nil, a.Community.Judge(ctx, who(ctx), in.Thing, community.Final, b.Words)
	}
	return nil, a.Community.Judge(ctx, who(ctx), in.Thing, community.Kept, b.Words)
}
