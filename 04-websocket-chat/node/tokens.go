package node

import (
	"errors"
	"flag"
	"log/slog"

	"example.com/redis-chat/01-redis-basics/cmdline"
)

func (c *Config) registerTokens(fs *flag.FlagSet) {
	fs.Func("token-keys", "`keys` whose tokens let clients in, as in hs256:ID:BASE64, comma separated, or @/path of a file with them; "+
		"rather that or the environment, as ps shows flags (default: nobody needs a token)", cmdline.Secret(c.Tokens.Set))
	fs.StringVar(&c.Tokens.Audience, "token-audience", "", "the `name` that tokens must be for (aud)")
}

func (c *Config) checkTokens() error {
	if c.Tokens.None() && c.Tokens.Audience != "" {
		return errors.New("TOKEN_AUDIENCE alone keeps nobody out: give TOKEN_KEYS, too")
	}
	return nil
}

// admitByTokens lets nobody in without a token, if there are keys for them.
func (c *Config) admitByTokens() {
	if !c.Tokens.None() {
		c.Hub.Admit = c.Tokens.Admit
	}
}

func (c *Config) logTokens(log *slog.Logger) {
	if !c.Tokens.None() {
		log.Info("clients need a token", "keys", c.Tokens.Len())
	}
}
