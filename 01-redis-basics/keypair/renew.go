package keypair

import (
	"crypto/tls"
	"log/slog"
	"os"
	"time"
)

// lookEvery bounds what handshakes cost the disk: whoever connects a thousand times a second has the files looked at once.
const lookEvery = time.Second

// current is the certificate for a handshake. One handshake looks at the files, others that come meanwhile do not wait
// for the disk: they get what was there before.
func (f *Files) current() *tls.Certificate {
	if f.looking.TryLock() {
		defer f.looking.Unlock()
		if now := time.Now(); now.Sub(f.looked) >= lookEvery {
			f.looked = now
			f.look()
		}
	}
	return f.pair.Load()
}

// look takes over what has changed. The files are replaced one after the other: between the two they do not fit, and the
// old pair goes on, as it does after any mistake. Each next look tries again.
func (f *Files) look() {
	log := f.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if now := f.stat(); f.changed(now) {
		pair, err := f.read()
		if err == nil {
			f.seen, f.told = now, map[string]string{}
			f.pair.Store(pair)
			log.Info("a new certificate is in use", "file", f.cert.path, "until", pair.Leaf.NotAfter)
			return
		}
		if f.isNews("new", err) {
			log.Warn("the new certificate cannot be used: the old one goes on", "why", err)
		}
	}
	if err := f.goodToday(f.pair.Load()); err != nil && f.isNews("old", err) {
		log.Warn("the certificate is no longer good: whoever checks it refuses us", "why", err)
	}
}

// isNews has each trouble with one of the two pairs told once, until another comes or it is over.
func (f *Files) isNews(pair string, trouble error) bool {
	was := f.told[pair]
	f.told[pair] = trouble.Error()
	return was != trouble.Error()
}

// stat follows symbolic links: Kubernetes and certbot change where a link leads.
func (f *Files) stat() (infos [2]os.FileInfo) {
	for i, file := range []file{f.cert, f.key} {
		infos[i], _ = os.Stat(file.path) // nil: reading it says why
	}
	return infos
}

// changed reports whether one of the files is another than the one that was read. A pipe can be read only once.
func (f *Files) changed(now [2]os.FileInfo) bool {
	for i, info := range now {
		was := f.seen[i]
		if was != nil && !was.Mode().IsRegular() {
			return false
		}
		if info == nil || was == nil || !os.SameFile(was, info) || was.Size() != info.Size() || !was.ModTime().Equal(info.ModTime()) {
			return true
		}
	}
	return false
}
