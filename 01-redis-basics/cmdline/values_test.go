package cmdline_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/01-redis-basics/cmdline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWhatCanBeAHost(t *testing.T) {
	for _, host := range []string{
		"localhost", "redis", "redis-1.example.com", "redis.example.com.", "my_redis_1", "7seas.example", "127.0.0.1", "::1", "fe80::1%eth0",
	} {
		require.NoError(t, cmdline.CheckHost(host), host)
	}
	for _, host := range []string{
		"", " ", " localhost", "localhost ", "a b", "redis://localhost", "http://localhost", "localhost:6379", "localhost:", "localhost/",
		"a,b", "a,", ",", "[::1]", "*", "-x", "a..b", ".a", "127.0.0.256", "127.0.0.1.", "1", "\x00", "röd", strings.Repeat("x", 64),
	} {
		require.ErrorContains(t, cmdline.CheckHost(host), "want a host name or an address alone", "%q", host)
	}
}

func TestWhatCanBeAnAddress(t *testing.T) {
	for _, addr := range []string{"localhost:6379", "127.0.0.1:1", "[::1]:65535", "redis.example.com:6379"} {
		require.NoError(t, cmdline.CheckAddr(addr), addr)
	}
	for _, addr := range []string{
		"", "localhost", "localhost:", ":6379", "localhost:0", "localhost:-1", "localhost:65536", "localhost:http", "localhost: 6379",
		"::1:6379", "localhost:6379/", "localhost:6379,", "a b:6379", "localhost:99999999999999999999",
	} {
		require.EqualError(t, cmdline.CheckAddr(addr), "want host:port, such as 127.0.0.1:6379", "%q", addr)
	}
	for _, addr := range []string{"redis://localhost:6379", "user@localhost:6379"} {
		require.EqualError(t, cmdline.CheckAddr(addr), "want host:port, such as 127.0.0.1:6379; no URL: its user goes into REDIS_USERNAME, "+
			"its password into REDIS_PASSWORD, and rediss is REDIS_TLS=true", "%q", addr)
	}
}

func TestListOfAddresses(t *testing.T) {
	var addrs []string
	require.NoError(t, cmdline.Addrs(&addrs)("127.0.0.1:1, [::1]:2"))
	require.Equal(t, []string{"127.0.0.1:1", "[::1]:2"}, addrs)
	require.EqualError(t, cmdline.Addrs(&addrs)("a:1,b"), `"b": want host:port, such as 127.0.0.1:6379`)
	for _, secret := range []string{"redis://:se,cret@a:1", "b:1,user:se,cret@a:1"} {
		err := cmdline.Addrs(&addrs)(secret)
		require.ErrorContains(t, err, "no URL, no user, no password")
		require.NotContains(t, err.Error(), "cret")
	}
	require.Len(t, addrs, 2, "a list with a mistake is not taken in part")
}

func TestValuesWithinLimits(t *testing.T) {
	var n int
	var r float64
	var d time.Duration
	var word, host, addr string
	for _, c := range []struct {
		set       func(string) error
		good, bad []string
		wants     string
	}{
		{cmdline.Number(&n, 1, 10), []string{"1", "10"}, []string{"", "0", "11", "-1", "1.5", "1e1", " 1", "x", "99999999999999999999"}, "want a whole number from 1 to 10"},
		{cmdline.Rate(&r, 0, 1e6), []string{"0", "2.5", "1e6"}, []string{"", "-1", "NaN", "Inf", "1e400", "many"}, "want a number from 0 to 1e+06"},
		{cmdline.Time(&d, time.Millisecond), []string{"1ms", "24h", "1h30m"}, []string{"", "5", "0", "-1s", "1ns", "25h", "999999h", "soon"}, "want a time from 1ms to 24h, with its unit, as in 250ms or 10s"},
		{cmdline.OneOf(&word, "en", "ja", "de"), []string{"en", "de"}, []string{"", "fr", "EN"}, "want en, ja or de"},
		{cmdline.Host(&host), []string{"localhost"}, []string{"", "localhost:1"}, "want a host name or an address alone, such as 127.0.0.1: no scheme, no port, no list"},
		{cmdline.Addr(&addr), []string{"localhost:1"}, []string{"", "localhost"}, "want host:port, such as 127.0.0.1:6379"},
	} {
		for _, value := range c.bad {
			require.EqualError(t, c.set(value), c.wants, "%q", value)
		}
		for _, value := range c.good {
			require.NoError(t, c.set(value), "%q", value)
		}
	}
	require.Equal(t, []any{10, 1e6, 90 * time.Minute, "de", "localhost", "localhost:1"}, []any{n, r, d, word, host, addr})
}

func TestExitCodes(t *testing.T) {
	world := errors.New("nobody is there")
	fs := flag.NewFlagSet("program", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	for _, c := range []struct {
		err  error
		code int
		says string
	}{
		{nil, 0, ""},
		{fmt.Errorf("asked: %w", flag.ErrHelp), 0, ""},
		{world, 1, "program: nobody is there\n"},
		{fmt.Errorf("program at 127.0.0.1:6379: %w", world), 1, "program: at 127.0.0.1:6379: nobody is there\n"},
		{errors.New("programs are many"), 1, "program: programs are many\n"},
		{errors.Join(world, errors.New("nobody waits")), 1, "program: nobody is there; nobody waits\n"},
		{cmdline.Usagef("%d names are too many", 3), 2, "program: 3 names are too many\n"},
		{fmt.Errorf("start: %w", cmdline.Usagef("x: %w", world)), 2, "program: start: x: nobody is there\n"},
		{cmdline.Parse(fs, []string{"-x"}, ""), 2, "program: flag provided but not defined: -x; -h lists the flags\n"},
	} {
		var stderr strings.Builder
		require.Equal(t, c.code, cmdline.Exit("program", c.err, &stderr))
		require.Equal(t, c.says, stderr.String())
	}
	require.ErrorIs(t, cmdline.Usagef("x: %w", world), world)
}

func TestEmptyVariableIsNotSet(t *testing.T) {
	t.Setenv("PROGRAM_REPLICAS", "")
	v, _, err := parse()
	require.NoError(t, err)
	require.Equal(t, 2, v.replicas)
}

func TestValueIsNotSaidTwice(t *testing.T) {
	fs := flag.NewFlagSet("program", flag.ContinueOnError)
	fs.Func("addr", "", func(s string) error { return fmt.Errorf("%q: want host:port", s) })
	require.EqualError(t, cmdline.Parse(fs, []string{"-addr", "a\r\n"}, ""), `-addr "a\r\n": want host:port`)
}
