// Command referee lets the code of Go's checksum database (golang.org/x/mod/sumdb) judge signed notes, Merkle proofs
// and tiles, and make some for others to judge. Each line of its input is a request in JSON; each line of its output
// answers one: "ok", or "refused: " and why. A request to make a log is answered by the log in JSON.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run referees/go/main.go
package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type request struct {
	Do      string
	Vkey    string
	Note    string
	Folder  string
	Index   int64
	Size    int64
	OldSize int64
	Root    tlog.Hash
	OldRoot tlog.Hash
	Leaf    tlog.Hash
	Hashes  []tlog.Hash
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		var r request
		answer := ""
		err := json.Unmarshal(lines.Bytes(), &r)
		if err == nil {
			answer, err = r.answer()
		}
		if err != nil {
			answer = "refused: " + strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Fprintln(out, answer)
	}
}

func (r request) answer() (string, error) {
	switch r.Do {
	case "note":
		_, err := open(r.Note, r.Vkey)
		return "ok", err
	case "inclusion":
		return "ok", tlog.CheckRecord(r.Hashes, r.Size, r.Root, r.Index, r.Leaf)
	case "consistency":
		return "ok", tlog.CheckTree(r.Hashes, r.Size, r.Root, r.OldSize, r.OldRoot)
	case "log":
		return "ok", readLog(r.Folder, r.Vkey)
	case "make":
		return makeLog(r.Size)
	}
	return "", fmt.Errorf("no such request: %s", r.Do)
}

// open verifies a note and returns the tree that its text names in three lines: origin, size, root.
func open(text, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("no checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// readLog reads a log's checkpoint, tiles and every entry.
func readLog(folder, vkey string) error {
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := open(string(text), vkey)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, tiles(folder))
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil || root != tree.Hash {
		return fmt.Errorf("root of the tiles: %v, %v", root, err)
	}
	indexes := make([]int64, tree.N)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, int64(i))
	}
	hashes, err := reader.ReadHashes(indexes)
	if err != nil {
		return err
	}
	entries, err := readEntries(folder, tree.N)
	if err != nil {
		return err
	}
	for i, entry := range entries {
		if tlog.RecordHash(entry) != hashes[i] {
			return fmt.Errorf("entry %d is not the one in the tile", i)
		}
	}
	return nil
}

// readEntries reads the entry bundles: each entry behind its length in two bytes.
func readEntries(folder string, size int64) ([][]byte, error) {
	var entries [][]byte
	for first := int64(0); first < size; first += 256 {
		width := 256
		if size-first < 256 {
			width = int(size - first)
		}
		bundle := tlog.Tile{H: 8, L: 0, N: first / 256, W: width}
		data, err := os.ReadFile(filepath.Join(folder, strings.Replace(path(bundle), "tile/0/", "tile/entries/", 1)))
		if err != nil {
			return nil, err
		}
		count := len(entries)
		for len(data) >= 2 {
			end := 2 + int(data[0])<<8 + int(data[1])
			if end > len(data) {
				break
			}
			entries = append(entries, data[2:end])
			data = data[end:]
		}
		if len(data) != 0 || len(entries)-count != width {
			return nil, fmt.Errorf("bundle of entry %d holds %d entries and %d bytes more", first, len(entries)-count, len(data))
		}
	}
	return entries, nil
}

// tiles is a folder laid out as C2SP tlog-tiles, which leaves out the height that Go's paths name.
type tiles string

func path(t tlog.Tile) string { return strings.Replace(t.Path(), "tile/8/", "tile/", 1) }

func (folder tiles) Height() int { return 8 }

func (folder tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	read := make([][]byte, len(wanted))
	for i, t := range wanted {
		data, err := os.ReadFile(filepath.Join(string(folder), path(t)))
		if err != nil {
			return nil, err
		}
		read[i] = data
	}
	return read, nil
}

func (folder tiles) SaveTiles([]tlog.Tile, [][]byte) {}

type inclusion struct {
	Index, Size int64
	Hashes      []tlog.Hash
}

type consistency struct {
	OldSize, Size int64
	Hashes        []tlog.Hash
}

type madeLog struct {
	Vkey          string
	Notes         []string
	Inclusions    []inclusion
	Consistencies []consistency
}

// makeLog makes a log of entries "entry 0", "entry 1" … with a new key: the note of each size, and all proofs there are.
func makeLog(size int64) (string, error) {
	skey, vkey, err := note.GenerateKey(rand.Reader, "go.example/log")
	if err != nil {
		return "", err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return "", err
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, i := range indexes {
			hashes = append(hashes, stored[i])
		}
		return hashes, nil
	})
	made := madeLog{Vkey: vkey}
	for n := int64(1); n <= size; n++ {
		hashes, err := tlog.StoredHashes(n-1, []byte(fmt.Sprintf("entry %d", n-1)), reader)
		if err != nil {
			return "", err
		}
		stored = append(stored, hashes...)
		root, err := tlog.TreeHash(n, reader)
		if err != nil {
			return "", err
		}
		text := fmt.Sprintf("%s\n%d\n%v\n", signer.Name(), n, root)
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			return "", err
		}
		made.Notes = append(made.Notes, string(signed))
		if err := made.prove(n, reader); err != nil {
			return "", err
		}
	}
	answer, err := json.Marshal(made)
	return string(answer), err
}

// prove adds every proof of the tree of this size.
func (made *madeLog) prove(size int64, reader tlog.HashReader) error {
	for n := int64(0); n < size; n++ {
		record, err := tlog.ProveRecord(size, n, reader)
		if err != nil {
			return err
		}
		made.Inclusions = append(made.Inclusions, inclusion{n, size, record})
		tree, err := tlog.ProveTree(size, n+1, reader)
		if err != nil {
			return err
		}
		made.Consistencies = append(made.Consistencies, consistency{n + 1, size, tree})
	}
	return nil
}
