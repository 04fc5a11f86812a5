package main

import (
	"context"
	"fmt"
	"runtime/debug"

	"citywalk/db"
)

// VersionCmd prints what this binary is.
type VersionCmd struct {
	Database `embed:""`
	Listing  `embed:""`
}

func (c *VersionCmd) Run(ctx context.Context, s *Streams) error {
	v := version()
	if present(c.DB) == nil {
		v.Schema = schema(ctx, c.DB)
	}
	if c.JSON {
		return printJSON(s, v)
	}
	fmt.Fprintf(s.Out, "citywalk %s %s %s\n", v.Version, v.Revision, v.Go)
	if v.Schema != "" {
		fmt.Fprintf(s.Out, "database %s, schema %s\n", redact(c.DB), v.Schema)
	}
	return nil
}

// schema is the last step that a database's schema has, or why it cannot be
// told: a version is printed in any case.
func schema(ctx context.Context, url string) (last string) {
	d, err := reach(ctx, url, db.Options{})
	if err != nil {
		return err.Error()
	}
	defer d.Close()
	steps, err := d.Migrations(ctx, db.Schema())
	if err != nil {
		return why(err)
	}
	last = "none"
	for _, m := range steps {
		if m.Applied {
			last = m.Name
		}
	}
	return last
}

type versionInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Schema   string `json:"schema,omitempty"` // Of the database, if it is there.
}

// version reads what the Go tool wrote into the binary.
func version() versionInfo {
	v := versionInfo{Version: "(unknown)"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Version, v.Go = info.Main.Version, info.GoVersion
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.Revision = s.Value
		}
	}
	return v
}
