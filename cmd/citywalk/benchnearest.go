package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"citywalk/geo"
)

// redisNearest starts a Redis of its own on a socket in dir and fills it.
func redisNearest(ctx context.Context, dir string, points []geo.Point) (find func(geo.Point) ([]int, error), end func(), reason string, err error) {
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, nil, "no redis-server here; install the package redis-server", nil
	}
	socket := filepath.Join(dir, "redis.sock")
	server := exec.CommandContext(ctx, bin, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", dir)
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := server.Start(); err != nil {
		return nil, nil, "", err
	}
	end = func() {
		server.Process.Signal(syscall.SIGTERM)
		server.Wait()
	}
	r, err := dialRedis(ctx, socket)
	if err == nil {
		err = r.fill(points)
	}
	if err != nil {
		end()
		return nil, nil, "", fmt.Errorf("redis: %w", err)
	}
	return r.nearest, end, "", nil
}

// redis speaks as much of its protocol as is needed.
type redis struct {
	r *bufio.Reader
	w *bufio.Writer
}

// dialRedis waits until the server listens.
func dialRedis(ctx context.Context, socket string) (*redis, error) {
	var d net.Dialer
	for {
		c, err := d.DialContext(ctx, "unix", socket)
		if err == nil {
			return &redis{bufio.NewReader(c), bufio.NewWriter(c)}, nil
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// send writes one command.
func (r *redis) send(args ...string) {
	fmt.Fprintf(r.w, "*%d\r\n", len(args))
	for _, a := range args {
		fmt.Fprintf(r.w, "$%d\r\n%s\r\n", len(a), a)
	}
}

// reply reads one answer: a number, a text, or a list of texts.
func (r *redis) reply() ([]string, error) {
	line, err := r.r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimSpace(line)
	switch line[0] {
	case '-':
		return nil, errors.New(line[1:])
	case '$':
		n, err := strconv.Atoi(line[1:])
		if err != nil || n < 0 {
			return nil, err
		}
		text := make([]byte, n+2)
		_, err = io.ReadFull(r.r, text)
		return []string{string(text[:n])}, err
	case '*':
		n, err := strconv.Atoi(line[1:])
		if err != nil {
			return nil, err
		}
		var all []string
		for range n {
			one, err := r.reply()
			if err != nil {
				return nil, err
			}
			all = append(all, one...)
		}
		return all, nil
	}
	return []string{line[1:]}, nil
}

// fill adds the places, a thousand a command.
func (r *redis) fill(points []geo.Point) error {
	for from := 0; from < len(points); from += 1000 {
		args := []string{"GEOADD", "places"}
		for i := from; i < min(from+1000, len(points)); i++ {
			args = append(args, fmt.Sprintf("%.7f", points[i].Lng), fmt.Sprintf("%.7f", points[i].Lat), strconv.Itoa(i))
		}
		r.send(args...)
		if err := r.w.Flush(); err != nil {
			return err
		}
		if _, err := r.reply(); err != nil {
			return err
		}
	}
	return nil
}

// nearest widens the circle until it holds 20.
func (r *redis) nearest(p geo.Point) ([]int, error) {
	for metres := 250; ; metres *= 2 {
		r.send("GEOSEARCH", "places", "FROMLONLAT", fmt.Sprint(p.Lng), fmt.Sprint(p.Lat), "BYRADIUS", strconv.Itoa(metres), "m", "ASC", "COUNT", "20")
		if err := r.w.Flush(); err != nil {
			return nil, err
		}
		all, err := r.reply()
		if err != nil {
			return nil, err
		}
		if len(all) < 20 && metres < 1<<22 {
			continue
		}
		found := make([]int, len(all))
		for i, s := range all {
			if found[i], err = strconv.Atoi(s); err != nil {
				return nil, err
			}
		}
		return found, nil
	}
}

// inCells asks for what lies in at most eight ranges of cells.
const inCells = `SELECT id, lat, lng FROM places WHERE cell BETWEEN $1 AND $2 OR cell BETWEEN $3 AND $4 OR cell BETWEEN $5 AND $6 OR cell BETWEEN $7 AND $8
	OR cell BETWEEN $9 AND $10 OR cell BETWEEN $11 AND $12 OR cell BETWEEN $13 AND $14 OR cell BETWEEN $15 AND $16`

// postgresNearest starts a throw-away PostgreSQL and fills one table that has
// an index on the cells, like that of the shops.
func postgresNearest(ctx context.Context, dir string, points []geo.Point) (find func(geo.Point) ([]int, error), end func(), reason string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, "", err
	}
	server, err := startThrowaway(ctx, dir)
	if err != nil {
		return nil, nil, err.Error(), nil
	}
	c, err := pgx.Connect(ctx, server.url)
	if err == nil {
		err = fillCells(ctx, c, points)
	}
	if err != nil {
		server.stop()
		return nil, nil, "", fmt.Errorf("postgres: %w", err)
	}
	end = func() {
		c.Close(ctx)
		server.stop()
	}
	return func(p geo.Point) ([]int, error) { return cellsNearest(ctx, c, p) }, end, "", nil
}

func fillCells(ctx context.Context, c *pgx.Conn, points []geo.Point) error {
	if _, err := c.Exec(ctx, `CREATE TABLE places (id BIGINT PRIMARY KEY, cell BIGINT NOT NULL, lat DOUBLE PRECISION NOT NULL, lng DOUBLE PRECISION NOT NULL)`); err != nil {
		return err
	}
	rows := pgx.CopyFromSlice(len(points), func(i int) ([]any, error) {
		return []any{int64(i), points[i].Cell(), points[i].Lat, points[i].Lng}, nil
	})
	if _, err := c.CopyFrom(ctx, pgx.Identifier{"places"}, []string{"id", "cell", "lat", "lng"}, rows); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, `CREATE INDEX places_cell ON places (cell)`); err != nil {
		return err
	}
	_, err := c.Exec(ctx, `VACUUM ANALYZE places`)
	return err
}

// cellsNearest widens the circle until it holds 20.
func cellsNearest(ctx context.Context, c *pgx.Conn, p geo.Point) ([]int, error) {
	for metres := 125.0; ; metres *= 2 {
		args := make([]any, 16)
		ranges := geo.Cover(p, metres, 8)
		for i := range 8 {
			args[2*i], args[2*i+1] = int64(1), int64(0)
			if i < len(ranges) {
				args[2*i], args[2*i+1] = ranges[i].Min, ranges[i].Max
			}
		}
		rows, err := c.Query(ctx, inCells, args...)
		if err != nil {
			return nil, err
		}
		var ids []int
		var points []geo.Point
		within := 0
		for rows.Next() {
			var id int
			var at geo.Point
			if err := rows.Scan(&id, &at.Lat, &at.Lng); err != nil {
				return nil, err
			}
			ids, points = append(ids, id), append(points, at)
			if geo.Distance(p, at) <= metres {
				within++
			}
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		if within < 20 && metres < 1<<22 {
			continue
		}
		found := flatNearest(points, p)
		for i, k := range found {
			found[i] = ids[k]
		}
		return found, nil
	}
}
