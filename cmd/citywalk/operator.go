package main

import (
	"context"
	"fmt"

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
	Config  `embed:""`
	Phone   string `arg:"" help:"Phone number with which the person signs in."`
	Name    string `help:"Name, as colleagues read it."`
	Auditor bool   `help:"Appoint an auditor, who reads everything and writes nothing."`
}

func (c *OperatorAddCmd) Run(ctx context.Context, s *Streams) error {
	a, err := open(ctx, c.Config)
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
	fmt.Fprintf(s.Out, "%s is %s now. Sign in at %s/console/\n", id, role, c.baseURL())
	return nil
}
