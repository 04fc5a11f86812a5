package main

import (
	"context"
	"log/slog"
	"os"
	"runtime"

	"citywalk/web"
)

// standing writes a line to the log, whenever it is asked by SIGUSR1, of how busy the node is
// and what its search rests on: nodes of one database have the same index
// within a second of a change. It is for who operates the node; over HTTP nobody is told.
func (a *parts) standing(ctx context.Context, edge *web.Edge, asked <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
			l := edge.Load()
			index, err := a.discover.Digest(ctx)
			if err != nil {
				index = "" // It is not read yet.
			}
			slog.Info("standing", "goroutines", runtime.NumGoroutine(), "connections", l.Connections, "database", a.db.Connections(), "streams", l.Streams,
				"working", l.Working, "waiting", l.Waiting, "refused", l.Refused, "index", index)
		}
	}
}
