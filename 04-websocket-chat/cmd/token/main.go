// Token issues a token for a node's clients, as your own server does after its login: for a try, and for scripts.
//
//	token [-name N] [-rooms R,…] [-life 10m]
//	token -new ID
//
// It signs by the first hs256 key of TOKEN_KEYS, the variable of the nodes, and prints the token. With -new it makes a key, and prints
// it as TOKEN_KEYS has it. An EdDSA key's private half stays with whoever issues: see package token.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/04-websocket-chat/token"
)

func main() {
	os.Exit(cmdline.Exit("token", run(os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}

const usage = `usage: token [-name N] [-rooms R,…] [-life 10m]
       token -new ID

Prints a token, signed by the first hs256 key of TOKEN_KEYS; with -new, a new key for TOKEN_KEYS.`

func run(args []string, out, help io.Writer) error {
	var keys token.Keys
	fs := flag.NewFlagSet("token", flag.ContinueOnError)
	fs.SetOutput(help)
	name := fs.String("name", "guest", "who gets it: 1 to 32 `characters`")
	rooms := fs.String("rooms", "*", "the `rooms` that it is for, comma separated; *: all")
	life := 10 * time.Minute
	fs.Func("life", "how long it is good, as a `time` (default 10m)", cmdline.Time(&life, time.Second))
	fs.Func("keys", "the nodes' `keys`; rather by the environment, where ps does not show them", cmdline.Secret(keys.Set))
	fresh := fs.String("new", "", "make a key of this `id`, as 2026-01, instead of a token")
	if err := cmdline.Parse(fs, args, usage, ff.WithEnvVarPrefix("TOKEN")); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return cmdline.Usagef("unexpected argument %q: everything is a flag, see -h", harmless.Value(fs.Arg(0)))
	}
	if *fresh != "" {
		key, err := token.NewKey(*fresh)
		if err != nil {
			return cmdline.Usagef("-new: %w", err)
		}
		_, err = fmt.Fprintln(out, key)
		return err
	}
	id, secret := keys.Secret()
	if secret == nil {
		return cmdline.Usagef("there is no hs256 key in TOKEN_KEYS to sign by: token -new 2026-01 makes one")
	}
	text, err := token.Issue(secret, id, *name, strings.Split(*rooms, ","), life)
	if err != nil {
		return err
	}
	if _, err := keys.Admit(text); err != nil { // what no node would take is not handed out
		return cmdline.Usagef("%w", err)
	}
	_, err = fmt.Fprintln(out, text)
	return err
}
