package dial_test

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// env reads what a row of redistest.Mistakes sets.
func env(set []string) func(string) string {
	return func(name string) string {
		for _, entry := range set {
			if len(entry) > len(name) && entry[:len(name)+1] == name+"=" {
				return entry[len(name)+1:]
			}
		}
		return ""
	}
}

func TestTroubleWithAServerIsASentenceWithAdvice(t *testing.T) {
	logging.Disable()
	t.Cleanup(logging.Enable) // after the subtests, which defer is not
	for name, mistake := range redistest.Mistakes(t, redistest.Start(t).Options().Addr) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			login, err := dial.LoginFromEnv(env(mistake.Env))
			require.NoError(t, err)
			options := login.Options(mistake.Addr)
			if !mistake.Silent {
				options.DialTimeout, options.ReadTimeout = patience, patience
			}
			client := redis.NewClient(options)
			defer client.Close()
			err = client.Ping(t.Context()).Err()
			require.Error(t, err)
			options.DialTimeout = patience // also for Explain's own questions
			explained := dial.Explain(t.Context(), options, err)
			require.ErrorContains(t, explained, mistake.Says)
			require.NotContains(t, explained.Error(), "\n")
			if errors.Is(explained, dial.ErrTLS) {
				require.Equal(t, dial.NotRedis, dial.Diagnose(explained))
			} else {
				require.Equal(t, dial.Diagnose(err), dial.Diagnose(explained))
				require.ErrorIs(t, explained, err)
			}
		})
	}
}

func TestWhatAServerAnswersIsExplained(t *testing.T) {
	for answer, want := range map[string]string{
		"READONLY You can't write against a read only replica.": "this is a replica: give the address of its master (READONLY You can't write against a read only replica.)",
		"MOVED 3999 127.0.0.1:6381":                             "this is a node of a Redis Cluster: give the address of a server that is alone (MOVED 3999 127.0.0.1:6381)",
		"LOADING Redis is loading the dataset in memory":        "the server answers: LOADING Redis is loading the dataset in memory",
		"NOPERM this user has no permissions to run 'role'":     "the user may not do this: give it the right, or set another REDIS_USERNAME (NOPERM this user has no permissions to run 'role')",
		"ERR Client sent AUTH, but no password is set":          "no password is wanted: leave REDIS_PASSWORD away (ERR Client sent AUTH, but no password is set)",
	} {
		require.EqualError(t, dial.Explain(t.Context(), &redis.Options{}, said(answer)), want)
	}
	require.NoError(t, dial.Explain(t.Context(), &redis.Options{}, nil))
}

// It is not the server's fault, and to start one would not help.
func TestProgramWithoutDescriptorsIsToldSo(t *testing.T) {
	err := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}
	require.EqualError(t, dial.Explain(t.Context(), &redis.Options{}, err),
		"no file descriptor is left for a connection: raise the limit (ulimit -n; LimitNOFILE in a service), or let fewer clients in (socket: "+syscall.EMFILE.Error()+")")
}

func TestLoginIsReadFromTheEnvironment(t *testing.T) {
	login, err := dial.LoginFromEnv(env([]string{"REDIS_USERNAME=chat", "REDIS_PASSWORD=a b", "REDIS_TLS=1"}))
	require.NoError(t, err)
	require.Equal(t, []string{"chat", "a b"}, []string{login.Username, login.Password})
	require.NotNil(t, login.TLS)
	login, err = dial.LoginFromEnv(env([]string{"REDIS_TLS=false"}))
	require.NoError(t, err)
	require.Zero(t, login)
	for _, word := range []string{"yes", "on", " true", "2", "rediss"} {
		_, err = dial.LoginFromEnv(env([]string{"REDIS_TLS=" + word}))
		require.EqualError(t, err, `REDIS_TLS "`+word+`": want true or false`)
	}
}

func TestCertificateOfOurOwnIsReadFromTheEnvironment(t *testing.T) {
	cert := certtest.NewAuthority(t).Issue(time.Hour, "client")
	files := []string{"REDIS_CERT=" + cert.CertFile, "REDIS_KEY=" + cert.KeyFile}
	login, err := dial.LoginFromEnv(env(append(files, "REDIS_TLS=true")))
	require.NoError(t, err)
	shown, err := login.TLS.GetClientCertificate(nil)
	require.NoError(t, err)
	require.Equal(t, cert.Certificate.Certificate, shown.Certificate)

	_, err = dial.LoginFromEnv(env(files))
	require.EqualError(t, err, "REDIS_CERT is given without TLS: set REDIS_TLS=true")
	_, usage := err.(*cmdline.Usage)
	require.True(t, usage)
	_, err = dial.LoginFromEnv(env([]string{"REDIS_TLS=true", "REDIS_CERT=" + cert.CertFile}))
	require.ErrorContains(t, err, "REDIS_KEY")
	_, err = dial.LoginFromEnv(env([]string{"REDIS_TLS=true", "REDIS_CERT=" + cert.CertFile, "REDIS_KEY=" + cert.CertFile}))
	require.ErrorContains(t, err, "are no certificate with its key")
	_, usage = err.(*cmdline.Usage)
	require.False(t, usage, "the value is fine, the file is not")
}
