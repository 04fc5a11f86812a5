package db

import (
	"net"
	"syscall"
	"time"
)

// lineLimit is how long a line to the server may be silent although something
// is under way on it. Left to itself the system would try for a quarter of an
// hour, at ever longer intervals, and go on trying after the line is mended.
const lineLimit = 5 * time.Second

// tcpUserTimeout is TCP_USER_TIMEOUT of tcp(7), which package syscall lacks.
const tcpUserTimeout = 0x12

// dialer connects to a PostgreSQL server, and notices when the line is cut.
var dialer = &net.Dialer{
	Timeout:         2 * time.Second,
	KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: lineLimit, Interval: time.Second, Count: 3},
	Control: func(network, _ string, c syscall.RawConn) (err error) {
		if network == "unix" {
			return nil
		}
		if e := c.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(lineLimit/time.Millisecond))
		}); e != nil {
			return e
		}
		return err
	},
}
