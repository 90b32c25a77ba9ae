package replication

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/dial"
)

// asGoRedis is a reply as go-redis hands it over.
func asGoRedis(r basics.Reply) any {
	switch {
	case r.Nil:
		return nil
	case r.Type == '*':
		list := make([]any, 0, len(r.List))
		for _, e := range r.List {
			list = append(list, asGoRedis(e))
		}
		return list
	case r.Type == ':':
		n, _ := strconv.ParseInt(r.Text, 10, 64)
		return n
	}
	return r.Text
}

// FuzzRole reads any answer to ROLE: it finds a role that makes sense, or none, and
// never panics. An answer that announces more than it sends is left out: go-redis
// asks for the memory before we see any of it.
func FuzzRole(f *testing.F) {
	f.Add("*3\r\n$6\r\nmaster\r\n:3129659\r\n*1\r\n*3\r\n$9\r\n127.0.0.1\r\n$4\r\n9001\r\n$7\r\n3129242\r\n")
	f.Add("*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:9000\r\n$9\r\nconnected\r\n:3167038\r\n")
	f.Add("*2\r\n$8\r\nsentinel\r\n*1\r\n$4\r\nmain\r\n")
	f.Fuzz(func(t *testing.T, answer string) {
		reply, err := basics.ReadReply(bufio.NewReader(strings.NewReader(answer)))
		list, ok := asGoRedis(reply).([]any)
		if err != nil || !ok {
			return
		}
		role, ok := parseRole(list)
		if !ok {
			return
		}
		require.Contains(t, []string{Master, Replica, "sentinel"}, role.Name)
		if role.Name == Replica {
			_, _, err := net.SplitHostPort(role.Master)
			require.NoError(t, err)
		}
		for _, r := range role.Replicas {
			require.NotEmpty(t, r.Addr)
		}
	})
}

// FuzzInfo is Check's use of INFO: a replica whose ROLE gives no offset is asked
// for it by INFO, whose text can be anything.
func FuzzInfo(f *testing.F) {
	f.Add("# Replication\r\nrole:slave\r\nslave_repl_offset:14\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		info := answering(t, fmt.Sprintf("$%d\r\n%s\r\n", len(text), text))
		master := answering(t, "*3\r\n$6\r\nmaster\r\n:100\r\n*0\r\n")
		r := Report{Servers: []Server{
			{Addr: "master", Answered: true, Role: Role{Name: Master}, LagBytes: -1},
			{Addr: "replica", Answered: true, Role: Role{Name: Replica, Offset: -1}, LagBytes: -1},
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		r.measureBytes(ctx, []*redis.Client{master, info}, 0)
		require.EqualValues(t, 100, r.Servers[0].Role.Offset)
		require.Equal(t, 100-r.Servers[1].Role.Offset, r.Servers[1].LagBytes)
		if !strings.Contains(text, "slave_repl_offset") {
			require.Zero(t, r.Servers[1].Role.Offset)
		}
	})
}

// answering is a client of a server that refuses the greeting and answers the
// next command with these bytes.
func answering(t *testing.T, answer string) *redis.Client {
	pipe := func(context.Context, string, string) (net.Conn, error) {
		server, client := net.Pipe()
		go func() {
			defer server.Close()
			r := bufio.NewReader(server)
			for {
				command, err := basics.ReadReply(r)
				if err != nil {
					return
				}
				if strings.EqualFold(command.List[0].Text, "hello") {
					_, _ = io.WriteString(server, "-ERR unknown command 'HELLO'\r\n")
					continue
				}
				_, _ = io.WriteString(server, answer)
				return
			}
		}()
		return client, nil
	}
	c := redis.NewClient(dial.Once(redis.Options{Addr: "192.0.2.1:6379", Protocol: 2, Dialer: pipe, PoolSize: 1, ReadTimeout: 2 * time.Minute, WriteTimeout: 2 * time.Minute}))
	t.Cleanup(func() { c.Close() })
	return c
}
