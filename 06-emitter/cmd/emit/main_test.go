package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/06-emitter/system"
)

// asProgram makes the test binary be emit, or a node for it.
const asProgram = "EMIT_TEST_IS_THE_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(asProgram) {
	case "emit":
		main()
	case "node":
		os.Exit(system.NodeMain())
	}
	logging.Disable()
	// The one goroutine from which servers are started lives as long as the program;
	// a client whose dial has failed sleeps up to a second after its Close.
	goleak.VerifyTestMain(m,
		goleak.IgnoreTopFunction("example.com/redis-chat/01-redis-basics.startOnOneThread"),
		goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

func emitLine(args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	code = run(args, func(string) string { return "" }, &o, &e)
	return code, o.String(), e.String()
}

func TestEmitSaysHowFarItGot(t *testing.T) {
	addrs := topologytest.Start(t, 2).Addrs()
	client := redis.NewClient(&redis.Options{Addr: addrs[1]})
	defer client.Close()
	sub := client.PSubscribe(t.Context(), "socket.io#/#*")
	defer sub.Close()
	_, err := sub.Receive(t.Context())
	require.NoError(t, err)

	code, out, errOut := emitLine("-redis", addrs[0], "-wait", "2", "-to", "r", "-to", "s", "-except", "bots", "message", "Hello!")
	require.Zero(t, code, errOut)
	require.Regexp(t, `^reached 2 of 2 replicas in \d+\.\d(ms|s)\n$`, out)
	m, err := sub.ReceiveMessage(t.Context())
	require.NoError(t, err)
	e, err := relay.DecodeEnvelope(m.Payload)
	require.NoError(t, err)
	require.Equal(t, []any{json.RawMessage(`"Hello!"`)}, e.Args)
	require.Equal(t, []string{"r", "s"}, e.Rooms)
	require.Equal(t, []string{"bots"}, e.Except)

	code, out, errOut = emitLine("-redis", addrs[0], "-wait", "3", "-timeout", "200ms", "message", `{"a":1}`)
	require.Equal(t, 1, code)
	require.Contains(t, out, "reached 2 of 2 replicas")
	require.Contains(t, errOut, "2 of 3")

	code, out, errOut = emitLine("-redis", addrs[1], "message")
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Contains(t, errOut, "this is a replica of "+addrs[0])
}

func TestDataIsJSONOrElseAString(t *testing.T) {
	for text, want := range map[string]any{
		`{"a":1}`: json.RawMessage(`{"a":1}`), `7`: json.RawMessage(`7`), `null`: json.RawMessage(`null`),
		`Hello!`: "Hello!", `{a}`: "{a}", ``: "",
	} {
		require.Equal(t, want, data(text))
	}
}

func TestBadUsageIsOneSentenceAndExit2(t *testing.T) {
	addr := redistest.Start(t).Options().Addr // a mistake is found with a server and without
	for _, args := range [][]string{
		{}, {"-wait", "x", "e"}, {"-wait", "-1", "e"}, {"-timeout", "0", "e"}, {"-timeout", "soon", "e"},
		{"-redis", "localhost", "e"}, {"-redis", "localhost:zz", "e"}, {"-redis", "localhost:0", "e"}, {"-nosuchflag", "e"}, {"e", "data", "-to"}, {"$ack"}, {"-to", "", "e"}, {"e", "1e999"},
	} {
		args := append([]string{"-redis", addr}, args...)
		code, out, errOut := emitLine(args...)
		require.Equal(t, 2, code, args)
		require.Empty(t, out)
		require.Regexp(t, `^emit: [^\n]+\n$`, errOut)
		require.NotContains(t, errOut, "parse error")
	}
	code := run([]string{"e"}, func(name string) string { return map[string]string{"REDIS_TLS": "perhaps"}[name] }, &bytes.Buffer{}, &bytes.Buffer{})
	require.Equal(t, 2, code)
}

func TestNobodyThereIsOneSentenceAndExit1(t *testing.T) {
	code, out, errOut := emitLine("-redis", "127.0.0.1:1", "message")
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Regexp(t, `^emit: publish to 127\.0\.0\.1:1: nobody answers[^\n]+\n$`, errOut)
}
