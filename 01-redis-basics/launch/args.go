package launch

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// settings is what each server is started with, besides its port and its folder.
// ProcessOptions.Args come later, and so they win.
//
// Each item is one word of a setting, as in "--save", "3600", "1": Redis 6 puts
// each into quotes, and does not find two words in "3600 1", as Redis 7 does.
// The empty word is one too: --save "" is to save nothing.
var settings = []string{
	"--bind", "127.0.0.1",
	"--save", "", "--appendonly", "no",
	"--daemonize", "no", "--logfile", "",
}

// serverArgs is all that a server is started with.
func serverArgs(port int, dir string, more []string) []string {
	return slices.Concat([]string{"--port", strconv.Itoa(port), "--dir", dir}, settings, more)
}

// Following are the arguments that make a server a replica of the one at master,
// which is host:port.
func Following(master string) []string {
	host, port, _ := net.SplitHostPort(master)
	return []string{"--replicaof", host, port}
}

// severalWords are the settings whose value has several words. In others a space
// is a part of the value, as in a folder's name.
var severalWords = []string{"--bind", "--client-output-buffer-limit", "--oom-score-adj-values", "--rename-command", "--replicaof", "--save", "--slaveof", "--user"}

// checkWords finds the words that stand in one item, which only some versions
// take apart.
func checkWords(args []string) error {
	setting := ""
	for _, arg := range args {
		if strings.HasPrefix(arg, "--") {
			setting = arg
		}
		if len(strings.Fields(arg)) > 1 && (arg == setting || slices.Contains(severalWords, setting)) {
			return fmt.Errorf("argument %q: Redis before 7 takes it for one word: give each word an item of its own", arg)
		}
	}
	return nil
}
