package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// asProgram makes the test binary be the program.
const asProgram = "SYSTEM_TEST_IS_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

func TestMistakeInTheCallIsOneSentenceAndExit2(t *testing.T) {
	t.Setenv("WORKBOOK_REDIS", "")
	const (
		ports = "want ports from 0 to 65535 with commas between, as in 3000,3001"
		nodes = "want a whole number from 1 to 20"
		host  = "want a host name or an address alone"
	)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-redis", "mysql"}, `-redis "mysql": want auto, embedded or server`},
		{[]string{"-redis", ""}, `-redis "": want auto, embedded or server`},
		{[]string{"-redis", "127.0.0.1:6379"}, "want auto, embedded or server"},
		{[]string{"-nodes", "0"}, `-nodes "0": ` + nodes},
		{[]string{"-nodes", "21"}, `-nodes "21": ` + nodes},
		{[]string{"-nodes", "two"}, `-nodes "two": ` + nodes},
		{[]string{"-nodes", ""}, nodes},
		{[]string{"-map", "70000"}, `-map "70000": want a whole number from 0 to 65535`},
		{[]string{"-map", "x"}, "want a whole number from 0 to 65535"},
		{[]string{"-map", "127.0.0.1:8080"}, "want a whole number from 0 to 65535"},
		{[]string{"-ports", "3000,x"}, `-ports "3000,x": ` + ports},
		{[]string{"-ports", "65536"}, `-ports "65536": ` + ports},
		{[]string{"-ports", "-1"}, ports},
		{[]string{"-ports", ""}, ports},
		{[]string{"-ports", "3000,"}, ports},
		{[]string{"-ports", "3000,3000"}, "port 3000 is asked for twice"},
		{[]string{"-ports", "0,3000", "-map", "3000"}, "port 3000 is asked for twice"},
		{[]string{"-ports", "65535", "-nodes", "2"}, "-ports: the nodes after port 65535 would pass port 65535"},
		{[]string{"-nodes", "1", "-ports", "1,2"}, "2 ports for 1 nodes"},
		{[]string{"-sentinels", "x"}, `-sentinels "x": want a whole number from 0 to 9`},
		{[]string{"-sentinels", "3", "-redis", "embedded"}, "Sentinels are redis-server processes"},
		{[]string{"-sentinels", "1", "-sentinel-ports", "1,2"}, "-sentinel-ports names 2 ports for 1 Sentinels"},
		{[]string{"-down-after", "soon"}, `-down-after "soon": want`},
		{[]string{"-redis-ports", "6379"}, "want the master's, then one for each replica"},
		{[]string{"-redis-ports", "1,2,3,4,5,6,7,8,9,10,11"}, "want the master's, then one for each replica"},
		{[]string{"-redis-ports", ","}, `-redis-ports ",": ` + ports},
		{[]string{"-listen-host", ""}, `-listen-host "": ` + host},
		{[]string{"-listen-host", "http://localhost"}, host},
		{[]string{"-listen-host", "127.0.0.1:3000"}, host},
		{[]string{"-log-level", "verbose"}, `-log-level "verbose": want debug, info, warn or error`},
		{[]string{"-channel-prefix", "a b"}, `-channel-prefix "a b": want 1 to 128 bytes that can be printed`},
		{[]string{"-open=maybe"}, `-open "maybe": want true or false`},
		{[]string{"-v=yes"}, `-v "yes": want true or false`},
		{[]string{"-no-such-flag"}, "flag provided but not defined: -no-such-flag; -h lists the flags"},
		{[]string{"-nodes"}, "flag needs an argument: -nodes"},
		{[]string{"start"}, `unexpected argument "start": everything is a flag`},
	} {
		code, sentence := mistaken(t, c.args...)
		require.Equal(t, 2, code, c.args)
		require.Contains(t, sentence, c.want, c.args)
		require.NotContains(t, sentence, "bad option")
	}
}

// mistaken is a call that has to fail: its exit code and its one sentence.
func mistaken(t *testing.T, args ...string) (code int, sentence string) {
	t.Helper()
	var out, errOut bytes.Buffer
	code = run(t.Context(), args, nil, &out, &errOut)
	require.Regexp(t, `^system: [^\n]+\n$`, errOut.String(), args)
	require.Empty(t, out.String())
	return code, errOut.String()
}

func TestServersAreThoseOfTheFlagElseOfTheVariable(t *testing.T) {
	for _, c := range []struct{ variable, flag, want string }{
		{"", "", "auto"},
		{"embedded", "", "embedded"},
		{"server", "", "server"},
		{"server", "-redis=embedded", "embedded"},
		{"127.0.0.1:6399", "-redis=auto", "auto"},
	} {
		t.Setenv("WORKBOOK_REDIS", c.variable)
		o, err := parse(strings.Fields(c.flag), io.Discard)
		require.NoError(t, err, c)
		require.Equal(t, c.want, o.Redis, c)
	}
	t.Setenv("WORKBOOK_REDIS", "127.0.0.1:6399")
	code, sentence := mistaken(t)
	require.Equal(t, 2, code)
	require.Contains(t, sentence, `WORKBOOK_REDIS "127.0.0.1:6399": want embedded or server`)
}

func TestMistakeInTheVariableNamesIt(t *testing.T) {
	t.Setenv("WORKBOOK_REDIS", "")
	t.Setenv("CHANNEL_PREFIX", "a*")
	code, sentence := mistaken(t)
	require.Equal(t, 2, code)
	require.Contains(t, sentence, `CHANNEL_PREFIX "a*": want 1 to 128 bytes that can be printed`)
}

// Its nodes would let its own clients in no more than others.
func TestSystemLetsEverybodyInOrSaysThatItCannot(t *testing.T) {
	t.Setenv("TOKEN_KEYS", "s3cr3t")
	code, sentence := mistaken(t)
	require.Equal(t, 2, code)
	require.Equal(t, "system: TOKEN_KEYS is for nodes that are started one by one: this system lets everybody in; unset it\n", sentence)
}

func TestChannelPrefixIsAFlagAndAVariable(t *testing.T) {
	t.Setenv("WORKBOOK_REDIS", "")
	t.Setenv("CHANNEL_PREFIX", "shop")
	o, err := parse(nil, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "shop", o.Key)
	o, err = parse([]string{"-channel-prefix", "school"}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "school", o.Key)
}

func TestAddressOfAnotherMachineIsAMistakeInTheWorld(t *testing.T) {
	t.Setenv("WORKBOOK_REDIS", "")
	for _, host := range []string{"192.0.2.1", "no-such-host.invalid"} {
		code, sentence := mistaken(t, "-listen-host", host)
		require.Equal(t, 1, code, sentence)
		require.Contains(t, sentence, "-listen-host "+host+": want an address of this machine")
	}
}

func TestWithoutRedisServerOneSentenceSaysHowToGetOne(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	code, sentence := mistaken(t, "-redis", "server")
	require.Equal(t, 1, code, sentence)
	require.Contains(t, sentence, "apt-get install redis-server")
	require.Contains(t, sentence, "; or take the embedded ones: -redis embedded")
}

func TestHelpListsTheFlags(t *testing.T) {
	var out, errOut bytes.Buffer
	require.Zero(t, run(context.Background(), []string{"-h"}, nil, &out, &errOut))
	for _, flag := range []string{"-redis", "-nodes", "-ports", "-redis-ports", "-sentinels", "-sentinel-ports", "-down-after", "-map", "-channel-prefix", "-open", "-v"} {
		require.Contains(t, errOut.String(), "\n  "+flag)
	}
}
