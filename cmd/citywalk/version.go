package main

import (
	"context"
	"fmt"
	"runtime/debug"
)

// VersionCmd prints what this binary is.
type VersionCmd struct {
	Listing `embed:""`
}

func (c *VersionCmd) Run(_ context.Context, s *Streams) error {
	v := version()
	if c.JSON {
		return printJSON(s, v)
	}
	fmt.Fprintf(s.Out, "citywalk %s %s %s\n", v.Version, v.Revision, v.Go)
	return nil
}

type versionInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
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
