package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"citywalk/discover"
	"citywalk/web"
)

// An httpLevel is what one kind of request gave.
type httpLevel struct {
	Name      string        `json:"name"`
	PerSecond float64       `json:"per_second"`
	P50       time.Duration `json:"p50_ns"`
	P99       time.Duration `json:"p99_ns"`
	Processor time.Duration `json:"processor_ns"` // Of one request, the client's part included.
	Bytes     int64         `json:"bytes"`        // Of one answer.
	Ratio     float64       `json:"ratio"`        // To the handler that does nothing.
}

// overHTTP asks a served node, and beside it a handler that does nothing behind
// a server with the same bounds, with the same clients in the same run.
func (c *BenchGuideCmd) overHTTP(ctx context.Context, a *parts, node *discover.Service) ([]httpLevel, error) {
	served, err := a.serveNode(node)
	if err != nil {
		return nil, err
	}
	defer served.Close()
	nothing := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	idle, err := listenAndServe(web.NewServer("", nothing), func(l net.Listener) net.Listener { return l })
	if err != nil {
		return nil, err
	}
	defer idle.Close()
	names, err := c.names(ctx, node)
	if err != nil {
		return nil, err
	}
	var levels []httpLevel
	for _, x := range []struct {
		name, at string
		path     func(*rand.Rand) string
	}{
		{"nothing", idle.Addr(), func(*rand.Rand) string { return "/" }},
		{"nearest 20", served.Addr(), func(r *rand.Rand) string { return askNear(r, "&sort=distance") }},
		{"nearest 20, open, card works now", served.Addr(), func(r *rand.Rand) string { return askNear(r, "&sort=distance&open=true&card=true") }},
		{"a dish or a trade, near, card works now", served.Addr(), func(r *rand.Rand) string { return askNear(r, "&card=true&q="+url.QueryEscape(benchWish(r))) }},
		{"the same in pinyin, near", served.Addr(), func(r *rand.Rand) string { return askNear(r, "&q="+spelt(benchWish(r))) }},
		{"a shop's name, near", served.Addr(), func(r *rand.Rand) string { return askNear(r, "&q="+url.QueryEscape(names[r.IntN(len(names))])) }},
		{"suggest", served.Addr(), func(r *rand.Rand) string {
			wish := spelt(benchWish(r))
			return "/api/v1/suggest?city=" + url.QueryEscape(benchTown) + "&q=" + wish[:1+r.IntN(min(4, len(wish)))]
		}},
	} {
		l, err := askAgain(ctx, x.at, x.path, c.Callers, time.Duration(c.Seconds)*time.Second)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.name, err)
		}
		l.Name = x.name
		l.Ratio = l.PerSecond
		if len(levels) > 0 {
			l.Ratio /= levels[0].PerSecond
		} else {
			l.Ratio = 1
		}
		levels = append(levels, l)
	}
	return levels, nil
}

// names returns names of shops that there are, more than a node keeps readings
// of.
func (c *BenchGuideCmd) names(ctx context.Context, node *discover.Service) (names []string, err error) {
	r := rand.New(rand.NewPCG(7, 7))
	for range asks {
		l, _, err := node.Listing(ctx, benchTown, benchID(r.IntN(c.Shops)))
		if err != nil {
			return nil, err
		}
		names = append(names, l.Name)
	}
	return names, nil
}

// askNear is a search somewhere in the town.
func askNear(r *rand.Rand, rest string) string {
	p := benchPoint(r)
	return fmt.Sprintf("/api/v1/search?city=%s&lat=%.5f&lng=%.5f%s", url.QueryEscape(benchTown), p.Lat, p.Lng, rest)
}

// serveNode serves the product with a node that is measured, behind its edge
// and its listener as in production, without a log.
func (a *parts) serveNode(node *discover.Service) (*serving, error) {
	a.discover = node
	edge, err := a.edge(slog.New(slog.DiscardHandler), false)
	if err != nil {
		return nil, err
	}
	return listenAndServe(edge.Server(""), edge.Listener)
}

// A serving is a server on an address of its own.
type serving struct {
	server   *http.Server
	listener net.Listener
}

func listenAndServe(server *http.Server, door func(net.Listener) net.Listener) (*serving, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &serving{server, l}
	go server.Serve(door(l))
	return s, nil
}

func (s *serving) Addr() string { return s.listener.Addr().String() }
func (s *serving) Close() error { return s.server.Close() }

// asks is how many requests a connection makes ready, so that making them costs
// nothing while it is measured.
const asks = 8192

// askAgain sends requests again and again over so many connections.
func askAgain(ctx context.Context, addr string, path func(*rand.Rand) string, callers int, d time.Duration) (l httpLevel, err error) {
	took, requests := make([][]time.Duration, callers), make([][][]byte, callers)
	for i := range requests {
		r := rand.New(rand.NewPCG(8, uint64(i)))
		for range asks {
			requests[i] = append(requests[i], []byte("GET "+path(r)+" HTTP/1.1\r\nHost: "+addr+"\r\n\r\n"))
		}
	}
	began, spent := time.Now(), processor()
	g, ctx := errgroup.WithContext(ctx)
	sizes := make([]int64, callers)
	for i := range callers {
		g.Go(func() (err error) {
			took[i], sizes[i], err = askOn(ctx, addr, requests[i], began.Add(d))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return l, err
	}
	l.Bytes = sizes[0]
	all := slices.Concat(took...)
	slices.Sort(all)
	l.PerSecond, l.Processor = float64(len(all))/time.Since(began).Seconds(), (processor()-spent)/time.Duration(max(len(all), 1))
	l.P50, l.P99 = quantile(all, 0.5), quantile(all, 0.99)
	return l, nil
}

// askOn asks over one connection until the end. It writes and reads the bare
// protocol, so that the client costs next to nothing.
func askOn(ctx context.Context, addr string, requests [][]byte, end time.Time) (took []time.Duration, size int64, err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, 0, err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	for ctx.Err() == nil {
		began := time.Now()
		if began.After(end) {
			return took, size, nil
		}
		if _, err := conn.Write(requests[len(took)%len(requests)]); err != nil {
			return took, size, err
		}
		if size, err = readAnswer(in); err != nil {
			return took, size, err
		}
		took = append(took, time.Since(began))
	}
	return took, size, ctx.Err()
}

// readAnswer reads an answer, which has to be good and to say how long its body
// is, and returns that.
func readAnswer(in *bufio.Reader) (size int64, err error) {
	line, err := in.ReadSlice('\n')
	if err == nil && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
		err = fmt.Errorf("answered %q", line)
	}
	size = -1
	for err == nil && len(line) > len("\r\n") {
		if line, err = in.ReadSlice('\n'); err != nil {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			size, err = strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 32)
		}
	}
	if err == nil && size < 0 {
		err = errors.New("answered without a length")
	}
	if err == nil {
		_, err = in.Discard(int(size))
	}
	return size, err
}
