package programs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const secret = "s3cr3t"

// mistaken are values that somebody may give to any flag or variable by mistake, with a secret in each.
var mistaken = []string{
	"redis://:" + secret + "@127.0.0.1:6379",
	"rediss://chat:a@" + secret + ",x@127.0.0.1/0",
	"chat:" + secret + "@127.0.0.1",
	"http://chat:" + secret + "@127.0.0.1:3000",
	"http://chat:" + secret,
	"http://127.0.0.1:3000/?token=" + secret,
	"hs256:2026-01:" + secret,
	"eddsa:" + secret + ":x",
	"eyJhbGciOiJIUzI1NiJ9.eyJuYW1lIjoi." + secret,
}

// firsts are arguments that a program needs before it looks at others.
var firsts = map[string][]string{
	"tour": nil, "check": {"127.0.0.1:1"}, "topology": nil, "publish": {"channel"}, "subscribe": {"channel"}, "chat": nil,
	"talk": {"http://127.0.0.1:1"}, "token": nil, "node": nil, "chatctl": {"list"}, "emit": {"event", "data"}, "system": nil, "faults": {"all"}, "loadtest": nil, "failover": {"hasty"}, "streamnode": nil, "streams": nil, "lanenode": nil,
	"lane": {"list"}, "laneemit": {"event", "data"}, "shares": nil, "model": nil, "idle": nil,
}

func TestAllProgramsAreInTheTable(t *testing.T) {
	_, names, err := names()
	require.NoError(t, err)
	var inTable []string
	for name := range firsts {
		inTable = append(inTable, name)
	}
	require.ElementsMatch(t, names, inTable)
}

// Every flag, and the variable of the same name, gets a URL with a password in it. A value that is taken leads no
// further: the argument behind it, or the flag, is refused.
func TestRefusedValueIsShownWithoutItsSecret(t *testing.T) {
	flags := regexp.MustCompile(`(?m)^  -([a-z-]+)`)
	more := []string{"REDIS_TLS", "CHANNEL_PREFIX", "WORKBOOK_REDIS", "TOPOLOGY_REDIS", "TOPOLOGY_PORTS", "TOKEN_KEYS", "TALK_TOKEN"}
	text := regexp.MustCompile(`addr|host|master|origin|peers|frame|prefix|redis|token|keys`) // what may be taken for a URL's place
	for name, first := range firsts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, help := run(t, name, nil, []string{"-h"}, "")
			found := flags.FindAllStringSubmatch(out+help, -1)
			require.NotEmpty(t, found, out+help)
			check := func(env []string, args ...string) {
				stdout, stderr := run(t, name, env, args, "")
				require.NotContains(t, stdout+stderr, secret, "%q %q", env, args)
				require.NotEmpty(t, stderr, "%q %q", env, args)
			}
			names := slices.Clone(more)
			for i, f := range found {
				values := mistaken
				if !text.MatchString(f[1]) {
					values = mistaken[i%len(mistaken):][:1] // a number or a time
				}
				for _, value := range values {
					check(nil, "-"+f[1]+"="+value, "-no-such-flag")
				}
				names = append(names, strings.ToUpper(strings.ReplaceAll(f[1], "-", "_")))
			}
			surplus := append(slices.Clone(first), "-count=1", "surplus")
			for i, v := range names {
				check([]string{v + "=" + mistaken[i%len(mistaken)]}, surplus...)
			}
			for _, value := range append(mistaken, "-redis-password="+secret, "REDIS_PASSWORD="+secret) {
				check(nil, slices.Concat(first, []string{value}, surplus)...)
			}
			for _, value := range mistaken {
				check(nil, value, "-count=1")
				check(nil, "-"+value)
			}
		})
	}
}

// Of what is secret as a whole nothing is shown, whatever it looks like.
func TestNothingIsShownOfARefusedKeyOrToken(t *testing.T) {
	for _, c := range []struct{ program, flag, variable, last string }{
		{"chat", "-token-keys", "TOKEN_KEYS", "-x"}, {"node", "-token-keys", "TOKEN_KEYS", "-x"},
		{"token", "-keys", "TOKEN_KEYS", "-x"}, {"talk", "-token", "TALK_TOKEN", "http://127.0.0.1:1"},
	} {
		for _, value := range []string{secret, secret + "," + secret, "@" + secret, "rs256:a:" + secret} {
			_, byFlag := run(t, c.program, nil, []string{c.flag + "=" + value, c.last}, "")
			require.Regexp(t, "^"+c.program+": "+c.flag+": .*\n$", byFlag)
			require.NotContains(t, byFlag, secret)
			_, byVariable := run(t, c.program, []string{c.variable + "=" + value}, []string{"http://127.0.0.1:1"}, "")
			require.Regexp(t, "^"+c.program+": "+c.variable+": .*\n$", byVariable)
			require.NotContains(t, byVariable, secret)
		}
	}
}

// Whoever gives a URL is told what to set instead.
func TestURLOfRedisIsRefusedWithTheNamesOfTheVariables(t *testing.T) {
	const url = "redis://chat:" + secret + "@127.0.0.1:6379"
	for _, c := range []struct {
		program   string
		env, args []string
	}{
		{"tour", nil, []string{"-redis", url}},
		{"tour", []string{"WORKBOOK_REDIS=" + url}, nil},
		{"check", nil, []string{url}},
		{"publish", nil, []string{"-redis", url, "channel", "message"}},
		{"subscribe", nil, []string{"-redis", url, "channel"}},
		{"subscribe", nil, []string{"-master", url, "channel"}},
		{"node", []string{"PUB_HOST=" + url}, nil},
		{"node", []string{"SUB_HOST=" + url}, nil},
		{"emit", nil, []string{"-redis", url, "message"}},
	} {
		_, said := run(t, c.program, c.env, c.args, "")
		require.Contains(t, said, "redis://…@127.0.0.1:6379", "%q", said)
		for _, variable := range []string{"REDIS_USERNAME", "REDIS_PASSWORD", "REDIS_TLS"} {
			require.Contains(t, said, variable)
		}
		if c.program == "node" {
			require.Contains(t, said, c.env[0][:3]+"_PORT")
		}
	}
}
