package main

import (
	"context"
	"log/slog"
)

// guide keeps the cities in memory and follows the database until ctx ends.
func (a *parts) guide(ctx context.Context) error {
	a.discover.OnError = func(err error) { slog.Warn("search", "error", err.Error()) }
	return a.discover.Run(ctx)
}
