package main

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	ui   = "web/ui"
	dist = ui + "/dist"
)

// assets bundles the scripts and stylesheets of web/ui and returns dist.
func assets(root string) (files, error) {
	entries, err := entryPoints(root)
	if err != nil {
		return nil, err
	}
	out, manifest := files{}, map[string]string{}
	if len(entries) > 0 {
		if err := bundle(root, entries, out, manifest); err != nil {
			return nil, err
		}
	}
	if err := copyVendor(root, out, manifest); err != nil {
		return nil, err
	}
	list, err := json.MarshalIndent(manifest, "", "\t")
	if err != nil {
		return nil, err
	}
	out[dist+"/manifest.json"] = append(list, '\n')
	return out, nil
}

// entryPoints returns the scripts and stylesheets that pages load by name.
func entryPoints(root string) ([]string, error) {
	var all []string
	for _, pattern := range []string{"script/*.ts", "style/*.css"} {
		found, err := filepath.Glob(filepath.Join(root, ui, pattern))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	all = slices.DeleteFunc(all, func(p string) bool { return strings.HasSuffix(p, ".d.ts") })
	slices.Sort(all)
	return all, nil
}

// bundle runs esbuild over the entry points.
func bundle(root string, entries []string, out files, manifest map[string]string) error {
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: root,
		EntryPoints:   entries,
		Outdir:        filepath.Join(root, dist),
		EntryNames:    "[name].[hash]",
		ChunkNames:    "[name].[hash]",
		AssetNames:    "[name].[hash]",
		PublicPath:    "/assets",
		Bundle:        true,
		// Splitting makes import("...") a file of its own.
		Splitting:         true,
		Format:            api.FormatESModule,
		Platform:          api.PlatformBrowser,
		Target:            api.ES2020,
		Engines:           []api.Engine{{Name: api.EngineSafari, Version: "14.1"}},
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsEndOfFile,
		// A tsconfig.json above the repository must not change the output.
		TsconfigRaw: `{"compilerOptions": {"strict": true}}`,
		Loader: map[string]api.Loader{
			".wasm": api.LoaderFile, ".svg": api.LoaderFile, ".woff2": api.LoaderFile,
		},
		Metafile: true,
		Write:    false,
		LogLevel: api.LogLevelSilent,
	})
	if err := problems(result); err != nil {
		return err
	}
	for _, f := range result.OutputFiles {
		name, err := filepath.Rel(root, f.Path)
		if err != nil {
			return err
		}
		out[filepath.ToSlash(name)] = f.Contents
	}
	return list(result.Metafile, manifest)
}

// problems makes one error of esbuild's errors and warnings.
func problems(result api.BuildResult) error {
	var all []error
	for _, m := range slices.Concat(result.Errors, result.Warnings) {
		where := ""
		if m.Location != nil {
			where = fmt.Sprintf("%s:%d: ", m.Location.File, m.Location.Line)
		}
		all = append(all, fmt.Errorf("build: %s%s", where, m.Text))
	}
	return errors.Join(all...)
}

// list adds what pages may ask for by name to the manifest: entry points and
// copied files, not the chunks that scripts find by themselves.
func list(metafile string, manifest map[string]string) error {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string
		}
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return err
	}
	for name, o := range meta.Outputs {
		hashed := path.Base(name)
		plain := unhashed(hashed)
		code := strings.HasSuffix(name, ".js") || strings.HasSuffix(name, ".css")
		from := path.Dir(o.EntryPoint)
		if code && from != ui+"/script" && from != ui+"/style" {
			continue
		}
		if other, ok := manifest[plain]; ok {
			return fmt.Errorf("build: %s and %s have one name", other, hashed)
		}
		manifest[plain] = hashed
	}
	return nil
}

// unhashed returns till.js for till.ABCDEFGH.js.
func unhashed(name string) string {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	return strings.TrimSuffix(stem, path.Ext(stem)) + ext
}

// copyVendor copies the vendored files that are not code and that no script
// imported, so that a page may still ask for them by name.
func copyVendor(root string, out files, manifest map[string]string) error {
	return walk(root, ui+"/vendor", func(name string) error {
		plain, ext := path.Base(name), path.Ext(name)
		if !slices.Contains([]string{".wasm", ".svg", ".woff2"}, ext) || manifest[plain] != "" {
			return nil
		}
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		hashed := strings.TrimSuffix(plain, ext) + "." + hash(data) + ext
		out[dist+"/"+hashed], manifest[plain] = data, hashed
		return nil
	})
}

// hash returns eight characters, in the alphabet that esbuild uses.
func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return base32.StdEncoding.EncodeToString(sum[:])[:8]
}
