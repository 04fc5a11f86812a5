package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// loadConfig is the configuration of the server that is measured.
func loadConfig(url, dir string) (cfg Config, err error) {
	cfg = Config{Database: Database{DB: url}, Programme: Programme{Name: "bench", Zone: "Asia/Shanghai", City: "bench"},
		Payment: "sandbox", Workers: 4, Secrets: filepath.Join(dir, "secrets.json")}
	if cfg.Listen, err = freeAddress(); err != nil {
		return cfg, err
	}
	cfg.SandboxListen, err = freeAddress()
	return cfg, err
}

// A subject is the server that is measured, in a process of its own.
type subject struct {
	cmd *exec.Cmd
	log *os.File
}

// startSubject starts the server and returns when it is ready. Its log goes to
// a file, as it would.
func startSubject(ctx context.Context, cfg Config, dir string, more ...string) (*subject, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(dir, "server.log"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	args := append([]string{"serve", "--db", cfg.DB, "--secrets", cfg.Secrets, "--listen", cfg.Listen, "--sandbox-listen", cfg.SandboxListen,
		"--programme", cfg.Name, "--home-city", cfg.City, "--workers", strconv.Itoa(cfg.Workers)}, more...)
	s := &subject{cmd: exec.CommandContext(context.WithoutCancel(ctx), program, args...), log: log}
	s.cmd.Stderr = log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "health") {
			go io.Copy(io.Discard, out)
			return s, nil
		}
	}
	why, _ := os.ReadFile(log.Name())
	return nil, errors.Join(fmt.Errorf("the server did not start: %s", why), s.stop())
}

// stop ends the server, and says if it did not end clean.
func (s *subject) stop() error {
	s.cmd.Process.Signal(syscall.SIGTERM)
	return errors.Join(s.cmd.Wait(), s.log.Close())
}

// A Footprint is what the server takes at one moment.
type Footprint struct {
	RSS         int `json:"rss_bytes"`
	Goroutines  int `json:"goroutines"`
	Connections int `json:"connections"`
	Database    int `json:"database_connections"`
	Files       int `json:"open_files"`
}

// rss is the server's resident memory.
func (s *subject) rss() int {
	return proc(s.cmd.Process.Pid, "VmRSS") << 10
}

// footprint asks the server itself by a signal; it answers in its log.
func (s *subject) footprint(ctx context.Context) (Footprint, error) {
	from, err := s.log.Seek(0, io.SeekEnd)
	if err != nil {
		return Footprint{}, err
	}
	if err := s.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		return Footprint{}, err
	}
	f := Footprint{RSS: s.rss()}
	if files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid)); err == nil {
		f.Files = len(files)
	}
	for range 500 {
		text, err := io.ReadAll(io.NewSectionReader(s.log, from, 1<<20))
		if err != nil {
			return f, err
		}
		if m := standingLine.FindSubmatch(text); m != nil {
			f.Goroutines, _ = strconv.Atoi(string(m[1]))
			f.Connections, _ = strconv.Atoi(string(m[2]))
			f.Database, _ = strconv.Atoi(string(m[3]))
			return f, nil
		}
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return f, err
		}
	}
	return f, errors.New("the server does not tell how it stands")
}

var standingLine = regexp.MustCompile(`msg=standing goroutines=(\d+) connections=(\d+) database=(\d+)`)

// processor is how long processors have worked for the server.
func (s *subject) processor() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// proc reads a number of /proc/PID/status.
func proc(pid int, name string) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			n, _ := strconv.Atoi(strings.Fields(value)[0])
			return n
		}
	}
	return 0
}

// loadAverage is how much else the machine has to do, "0.42 0.50 0.61".
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// sleep waits, unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
