package emitter_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// user is one line of the users' file that docs/security.md shows.
type user struct {
	name, password string
	rights         []string // commands and channels
}

// users reads them from the text, so that the test tests the lines that readers see.
func users(t *testing.T) (file string, all map[string]user) {
	t.Helper()
	text, err := os.ReadFile("../docs/security.md")
	require.NoError(t, err)
	lines := regexp.MustCompile("(?m)^user .*$").FindAllString(string(text), -1)
	require.Len(t, lines, 6)
	require.Equal(t, "user default off", lines[0])
	all = map[string]user{}
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		require.Equal(t, []string{"on", "resetchannels", "-@all"}, []string{words[2], words[4], words[5]}, line)
		u := user{name: words[1], password: strings.TrimPrefix(words[3], ">"), rights: words[6:]}
		for _, right := range u.rights {
			require.Regexp(t, `^[+&][^@*]`, right, "a single command or channel")
		}
		all[u.name] = u
	}
	return strings.Join(lines, "\n") + "\n", all
}

// guarded is a master with two replicas that let nobody in but these users, and the
// test's own user, which may do everything.
type guarded struct {
	t     *testing.T
	users map[string]user
	key   string   // of the channels; "": the default
	addrs []string // the master's first
	root  []*redis.Client
}

func startGuarded(t *testing.T) *guarded {
	redistest.NeedsVersion(t, 6, 2, "a user's rights to channels")
	file, all := users(t)
	path := filepath.Join(t.TempDir(), "users.acl")
	require.NoError(t, os.WriteFile(path, []byte(file+"user root on >root ~* &* +@all\n"), 0o600))
	replica := all["chat-replica"]
	args := []string{
		"--aclfile", path, "--masteruser", replica.name, "--masterauth", replica.password,
		"--repl-diskless-sync", "no", "--hz", "100", // ready within 100 ms, not 5 s
	}
	g := &guarded{t: t, users: all}
	for i := range 3 {
		if i > 0 {
			args = append(slices.Clone(args[:8]), launch.Following(g.addrs[0])...)
		}
		g.addrs = append(g.addrs, redistest.Process(t, launch.ProcessOptions{Args: slices.Clone(args)}).Addr())
		g.root = append(g.root, g.as(i, "root", "root"))
	}
	g.awaitReplicas()
	return g
}

// as is a client of one server.
func (g *guarded) as(server int, name, password string) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: g.addrs[server], Username: name, Password: password, MaxRetries: -1, Protocol: 2, DisableIdentity: true})
	g.t.Cleanup(func() { c.Close() })
	return c
}

// awaitReplicas returns when both replicas have what is published at the master.
func (g *guarded) awaitReplicas() {
	g.t.Helper()
	conn := g.root[0].Conn()
	defer conn.Close()
	require.Eventually(g.t, func() bool {
		return conn.Publish(g.t.Context(), "test", "").Err() == nil && conn.Wait(g.t.Context(), 2, time.Second).Val() == 2 // sooner, when they have it
	}, patience, time.Millisecond)
}

// set gives a user just these rights, at every server: they do not replicate.
func (g *guarded) set(u user, rights []string) {
	g.t.Helper()
	for _, root := range g.root {
		args := []any{"ACL", "SETUSER", u.name, "reset", "resetchannels", "on", ">" + u.password}
		for _, right := range rights {
			args = append(args, right)
		}
		require.NoError(g.t, root.Do(g.t.Context(), args...).Err())
	}
}

// linkAgain makes the replicas log in anew.
func (g *guarded) linkAgain() {
	g.t.Helper()
	for _, root := range g.root {
		for _, kind := range []string{"replica", "master"} {
			require.NoError(g.t, root.ClientKillByFilter(g.t.Context(), "TYPE", kind).Err())
		}
	}
}

// forgive empties the servers' lists of what they refused.
func (g *guarded) forgive() {
	g.t.Helper()
	for _, root := range g.root {
		require.NoError(g.t, root.Do(g.t.Context(), "ACL", "LOG", "RESET").Err())
	}
}

// refuses returns true when a server has refused a user something that a right would
// allow: a command, with its subcommand if it has one, or a channel of a pattern.
func (g *guarded) refuses(ctx context.Context, name, right string) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	object := "object " + strings.TrimSuffix(right[1:], "*")
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, root := range g.root {
			entries, _ := root.Do(ctx, "ACL", "LOG").Slice() // asked again, if there is no answer
			for _, entry := range entries {
				text := fmt.Sprint(entry)
				if strings.Contains(text, "username "+name) && strings.Contains(text, object) {
					return true
				}
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
}

func TestSystemWorksWithTheRightsThatAreShown(t *testing.T) {
	redistest.NeedsServer(t)
	g := startGuarded(t)
	require.NoError(t, g.converse(t.Context()))
	for i, root := range g.root {
		denied, err := root.Do(t.Context(), "ACL", "LOG").Slice()
		require.NoError(t, err)
		for _, entry := range denied {
			require.NotContains(t, fmt.Sprint(entry), "username chat-", "refused at server %d", i)
		}
	}
}

// With CHANNEL_PREFIX the channels have other names, as the text says.
func TestSystemWithAPrefixWorksWithTheRightsThatAreShown(t *testing.T) {
	redistest.NeedsServer(t)
	text, err := os.ReadFile("../docs/security.md")
	require.NoError(t, err)
	g := startGuarded(t)
	g.key = "shop"
	channels := map[string]string{"&socket.io#/#*": "&shop#/#*", "&chat:probe": "&shop:chat:probe", "&chat:presence": "&shop:chat:presence"}
	for _, name := range []string{"chat-node", "chat-emitter"} {
		rights := slices.Clone(g.users[name].rights)
		for i, right := range rights {
			if channel, ok := channels[right]; ok {
				require.Contains(t, string(text), "`"+channel+"`")
				rights[i] = channel
			}
		}
		g.set(g.users[name], rights)
	}
	require.NoError(t, g.converse(t.Context()))
	g.key = "" // and these users cannot listen to the usual channels
	ctx, enough := context.WithCancel(t.Context())
	defer enough()
	go func() {
		g.refuses(t.Context(), "chat-node", "&socket.io#/#*")
		enough()
	}()
	require.Error(t, g.converse(ctx))
}

// Take any one away, and it does not.
func TestEachRightIsNeeded(t *testing.T) {
	redistest.NeedsServer(t)
	g := startGuarded(t)
	for _, name := range []string{"chat-node", "chat-emitter", "chat-replica"} {
		u := g.users[name]
		for i, right := range u.rights {
			t.Run(name+" without "+right, func(t *testing.T) {
				g.t = t
				g.forgive()
				g.set(u, slices.Delete(slices.Clone(u.rights), i, i+1))
				if name == "chat-replica" {
					g.linkAgain()
				}
				ctx, enough := context.WithCancel(t.Context())
				defer enough()
				refused := make(chan bool, 1)
				go func() {
					refused <- g.refuses(t.Context(), name, right)
					time.AfterFunc(time.Second, enough) // it might get over that
				}()
				err := g.converse(ctx)
				t.Log(err)
				require.Error(t, err)
				require.True(t, <-refused, "a server has noted whom it refused, and what")
				g.set(u, u.rights)
				if name == "chat-replica" {
					g.linkAgain()
				}
			})
			g.t = t
			g.awaitReplicas()
		}
	}
	require.NoError(t, g.converse(t.Context()), "with all of them it works again")
	monitor := g.users["chat-monitor"]
	require.Equal(t, []string{"+info"}, monitor.rights)
	require.NoError(t, g.as(0, monitor.name, monitor.password).Info(t.Context()).Err())
}

func TestNobodyMayDoMore(t *testing.T) {
	redistest.NeedsServer(t)
	g := startGuarded(t)
	all := []string{
		"GET k", "SET k v", "DEL k", "KEYS *", "SCAN 0", "FLUSHALL", "FLUSHDB", "EVAL return(1) 0", "FUNCTION LIST", "XADD s * a b", "EXPIRE k 1",
		"CONFIG GET *", "CONFIG SET maxmemory 1", "SHUTDOWN NOSAVE", "REPLICAOF NO ONE", "ACL LIST", "ACL SETUSER chat-node +@all",
		"CLIENT LIST", "CLIENT KILL TYPE normal", "MONITOR", "SAVE", "BGREWRITEAOF", "MODULE LIST", "SLOWLOG GET", "CLUSTER INFO", "SUBSCRIBE chat:probe",
		"PUBLISH other x", "PUBLISH socket.io#/admin# x", "PUBLISH socket.io-request#/# x", "PSUBSCRIBE *", "PSUBSCRIBE socket.io#*", "MULTI", "SELECT 1",
	}
	more := map[string][]string{
		"chat-node":     {"WAIT 0 1", "INFO", "PSYNC ? -1", "REPLCONF ack 0"},
		"chat-emitter":  {"PUBLISH chat:probe x", "PUBLISH chat:presence x", "PSUBSCRIBE socket.io#/#*", "PING", "INFO", "PSYNC ? -1"},
		"chat-replica":  {"PUBLISH socket.io#/# x", "PSUBSCRIBE socket.io#/#*", "ROLE", "INFO", "PING"},
		"chat-monitor":  {"PUBLISH socket.io#/# x", "PSUBSCRIBE socket.io#/#*", "ROLE", "PSYNC ? -1"},
		"chat-sentinel": {"PUBLISH socket.io#/# x", "PSUBSCRIBE socket.io#/#*", "ROLE", "PSYNC ? -1", "WAIT 0 1"},
	}
	its := map[string][]string{"chat-sentinel": {"MULTI", "CLIENT KILL TYPE normal"}} // what it is for
	for name, u := range g.users {
		for server := range g.addrs {
			client := g.as(server, name, u.password)
			for _, line := range slices.Concat(all, more[name]) {
				if slices.Contains(its[name], line) {
					continue
				}
				var args []any
				for _, word := range strings.Fields(line) {
					args = append(args, word)
				}
				err := client.Do(t.Context(), args...).Err()
				require.ErrorContains(t, err, "NOPERM", "%s at server %d: %s", name, server, line)
			}
			for _, bad := range []string{"", "wrong"} {
				err := g.as(server, cmp.Or(bad, "default"), bad).Ping(t.Context()).Err()
				require.Equal(t, dial.CredentialsRefused, dial.Diagnose(err), "%v", err)
			}
		}
	}
}

// converse lets two nodes, three clients and an emitter do all that they can, in a
// fresh system each time, and returns the steps that did not work in time.
func (g *guarded) converse(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("not in time"))
	defer cancel()
	node, emitting := g.users["chat-node"], g.users["chat-emitter"]
	var nodes []*chatNode
	for i := range 2 {
		n := startChatNode(g.t, g.addrs[0], g.addrs[1+i], func(o *nodeOptions) { o.Username, o.Password, o.Key = node.name, node.password, g.key })
		defer n.stop()
		nodes = append(nodes, n)
	}
	for _, n := range nodes {
		if err := n.awaitReady(ctx); err != nil {
			return err
		}
	}
	return talk(ctx, nodes, &redis.Options{Addr: g.addrs[0], Username: emitting.name, Password: emitting.password}, g.key, func() error {
		return g.cutAndMend(ctx, nodes[0])
	})
}

// cutAndMend cuts the first replica's link to the master for a moment. The replica's
// node must ask the replica whether it lives, and stay with it.
func (g *guarded) cutAndMend(ctx context.Context, n *chatNode) error {
	replica, link := g.root[1], g.users["chat-replica"]
	set := func(name string) error { return replica.ConfigSet(ctx, "masteruser", name).Err() }
	if err := errors.Join(set("nobody"), replica.ClientKillByFilter(ctx, "TYPE", "master").Err()); err != nil {
		return err
	}
	err := n.await(ctx, false)
	if err := errors.Join(err, replica.ConfigSet(g.t.Context(), "masteruser", link.name).Err()); err != nil {
		return err
	}
	if err := n.awaitReady(ctx); err != nil {
		return err
	}
	if times := strings.Count(n.log.String(), "msg=subscribed"); times != 1 {
		return fmt.Errorf("it has subscribed %d times", times)
	}
	return nil
}
