package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"citywalk/web"
)

// standing writes a line to the log, at each SIGUSR1, of how busy the node is.
// It is for who operates the node; over HTTP nobody is told.
func (a *parts) standing(ctx context.Context, edge *web.Edge) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	defer signal.Stop(asked)
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
			l := edge.Load()
			slog.Info("standing", "goroutines", runtime.NumGoroutine(), "connections", l.Connections, "database", a.db.Connections(), "streams", l.Streams,
				"working", l.Working, "waiting", l.Waiting, "refused", l.Refused)
		}
	}
}
