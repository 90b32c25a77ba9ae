package harmless_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/harmless"
)

func TestRefusedValueIsShownWithoutItsSecret(t *testing.T) {
	for value, want := range map[string]string{
		"redis://:secret@127.0.0.1:6379":              "redis://…@127.0.0.1:6379",
		"rediss://user:secret@redis.example.com/0":    "rediss://…@redis.example.com/0",
		"redis://:se@cr/et?@host":                     "redis://…@host",
		"user:secret@host":                            "…@host",
		"secret@host:6379":                            "…@host:6379",
		"redis://:secret":                             "redis://…",
		"redis://user:secret/0":                       "redis://…",
		"redis://:secret%40host":                      "redis://…",
		"redis://:12345":                              "redis://…",
		"redis://host?password=secret":                "redis://host?…",
		"http://host:3000/#secret":                    "http://host:3000/#…",
		"http://127.0.0.1:3000,http://a:secret@b:1/x": "http://…@b:1/x",
		"http://127.0.0.1:3000,http://a:secret":       "http://127.0.0.1:3000,http://…",
		"-redis-password=secret":                      "-redis-password=…",
		"--password=redis://:secret@h":                "--password=…",
		"REDIS_PASSWORD=secret":                       "REDIS_PASSWORD=…",

		"hs256:2026-01:secret,eddsa:b:secret":         "hs256:…",
		"HS256:secret":                                "HS256:…",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.secret":        "eyJ…",
		"http://eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.secret": "http://eyJ…",

		"redis://127.0.0.1:6379":                      "redis://127.0.0.1:6379",
		"http://[::1]:3000/a,b":                       "http://[::1]:3000/a,b",
		"http://localhost:3000,http://localhost:3001": "http://localhost:3000,http://localhost:3001",
		"http://127.0.0.1:1 ":                         "http://127.0.0.1:1 ",
		"http://[":                                    "http://[",
		"redis://localhost":                           "redis://localhost",
		"redis://":                                    "redis://",
		"127.0.0.1:http":                              "127.0.0.1:http",
		"a#b?":                                        "a#b?",
		"host?password=secret":                        "host?…",
		"a b":                                         "a b",
		"":                                            "",
		"https://chat.example/":                       "https://chat.example/",
	} {
		require.Equal(t, want, harmless.Value(value))
	}
	require.Equal(t, "all -redis-password=… …@h", harmless.Words([]string{"all", "-redis-password=secret", "secret@h"}))
	require.True(t, harmless.IsURL("redis://h"))
	require.True(t, harmless.IsURL(":secret@h"))
	require.False(t, harmless.IsURL("[::1]:6379"))
}
