package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"citywalk/db"
)

// A serverPlace is of a PostgreSQL database.
type serverPlace struct {
	url, name, beside, copied string
}

func newServerPlace(address string) (*serverPlace, error) {
	u, err := url.Parse(address)
	name := ""
	if err == nil {
		name = strings.TrimPrefix(u.Path, "/")
	}
	if name == "" {
		return nil, fmt.Errorf("%s names no database", redact(address))
	}
	return &serverPlace{url: address, name: name, beside: name + "_part"}, nil
}

func (p *serverPlace) scratch() string { return p.copied }

func (p *serverPlace) fill(ctx context.Context, from string) (err error) {
	if p.copied, err = db.Beside(ctx, p.url, p.beside); err != nil {
		return err
	}
	return db.Undump(ctx, p.copied, from)
}

// swap cuts off whoever is connected. Servers connect again and find another
// life of their database, in which they do not write.
func (p *serverPlace) swap(ctx context.Context) (kept string, err error) {
	kept = p.name + "_before_" + strings.Replace(time.Now().UTC().Format("20060102t150405.000"), ".", "_", 1)
	there, err := db.Replace(ctx, p.url, p.beside, kept)
	if err != nil {
		return "", err
	}
	p.copied = ""
	if !there {
		return "", nil
	}
	return kept, nil
}

func (p *serverPlace) leave(ctx context.Context) error {
	if p.copied == "" {
		return nil
	}
	return db.DropBeside(ctx, p.url, p.beside)
}
