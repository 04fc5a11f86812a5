package main

import (
	"context"
	"fmt"
	"strings"

	"citywalk/account"
)

// OperatorCmd appoints the people who run the programme. There is no default
// operator and no default password: whoever runs the machine appoints the
// first.
type OperatorCmd struct {
	Add OperatorAddCmd `cmd:"" help:"Appoint an operator or auditor by phone number."`
}

// OperatorAddCmd appoints one person.
type OperatorAddCmd struct {
	Tool    `embed:""`
	BaseURL string `name:"base-url" env:"CITYWALK_BASE_URL" default:"http://127.0.0.1:8080" placeholder:"URL" help:"How browsers reach the server, to say where to sign in."`
	Phone   string `arg:"" help:"Phone number with which the person signs in."`
	Name    string `help:"Name, as colleagues read it."`
	Auditor bool   `help:"Appoint an auditor, who reads everything and writes nothing."`
}

func (c *OperatorAddCmd) Run(ctx context.Context, s *Streams) error {
	a, err := open(ctx, c.config())
	if err != nil {
		return err
	}
	defer a.close()
	role := account.Operator
	if c.Auditor {
		role = account.Auditor
	}
	id, err := a.account.Appoint(ctx, c.Phone, c.Name, account.Grant{Role: role})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s is %s now. Sign in at %s/console/\n", id, role, strings.TrimRight(c.BaseURL, "/"))
	return nil
}
