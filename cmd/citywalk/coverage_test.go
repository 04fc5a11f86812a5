package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"citywalk/db/dbtest"
)

// TestCoverageOfARealCity plans Shanghai from an import to a checked
// certificate, and refuses what cannot be.
func TestCoverageOfARealCity(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	database := in("c.db")
	plan := func(args ...string) (string, error) {
		return do(t, append([]string{"coverage", "plan", "--db", database, "--effort", "0.05"}, args...)...)
	}
	must(t, "import", "shops", "--db", database, "--city", "上海", "--crs", "gcj02",
		"--map", "name=Name,lat=Lat,lng=Lon,category=CuisineName,opens=WeekdayOpenTime,closes=WeekdayCloseTime", dbtest.Data(t, "chinatravel-poi/restaurants/restaurants_shanghai.csv"))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--city", "上海"}, "--k, or what they may cost with --budget"},
		{[]string{"--city", "上海", "--k", "5", "--walk", "far"}, "want minutes, for example 10m"},
		{[]string{"--city", "上海", "--k", "5", "--walk", "9h"}, "want minutes, for example 10m"},
		{[]string{"--city", "上海", "--k", "5", "--chance", "0"}, "--chance 0"},
		{[]string{"--city", "上海", "--budget", "much"}, "--budget much"},
		{[]string{"--city", "上海", "--k", "5", "--cap", "sushi=3"}, "--cap sushi=3"},
		{[]string{"--city", "北京", "--k", "5"}, "There are in: 上海"},
		{[]string{"--city", "上海", "--k", "5"}, "No curated shop"},
		{[]string{"--city", "上海", "--k", "5", "--uncurated"}, "Import some first"},
		{[]string{"--city", "上海", "--k", "5", "--csv", database}, "is there already"},
	} {
		if _, err := plan(c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.args, err, c.want)
		}
	}
	must(t, "import", "places", "--db", database, "--city", "上海", "--crs", "wgs84", "--kind", "metro", "--map", "line=pname", dbtest.Data(t, "metro-wgs84-2020/shanghai-station.geojson"))
	if _, err := plan("--city", "上海", "--k", "5", "--uncurated", "--walk", "1"); err == nil || !strings.Contains(err.Error(), "from 50 to 20000 metres") {
		t.Errorf("a walk of a metre: %v", err)
	}
	out, err := plan("--city", "上海", "--k", "20", "--uncurated", "--walk", "10m", "--certificate", in("p.jsonl"), "--csv", in("p.csv"), "--geojson", in("p.geojson"), "--json")
	if err != nil {
		t.Fatal(err)
	}
	var sum planSummary
	if err := json.Unmarshal([]byte(out), &sum); err != nil {
		t.Fatal(err)
	}
	if len(sum.Shops) != 20 || sum.Gap == nil || *sum.Gap > 0.003 || sum.Candidates != 484 || sum.Planned > sum.Ceiling || sum.Planned < 0.02 {
		t.Errorf("%s", out)
	}
	same, err := plan("--city", "上海", "--k", "20", "--uncurated", "--walk", "800", "--json")
	var again planSummary
	if err := json.Unmarshal([]byte(same), &again); err != nil {
		t.Fatal(err)
	}
	if err != nil || len(again.Shops) != 20 || again.Planned != sum.Planned {
		t.Errorf("ten minutes are 800 metres, and a seed is a plan: %v\n%s", err, same)
	}
	checkFiles(t, in, sum)
	interrupted(t, dir)
}

// interrupted stops a search that would take long, as Ctrl-C does: the best
// plan so far is there, with a certificate that holds.
func interrupted(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "coverage", "plan", "--db", "c.db", "--city", "上海", "--k", "40", "--uncurated",
		"--effort", "1000", "--progress", "--certificate", "cut.jsonl")
	cmd.Dir, cmd.Env = dir, []string{"CITYWALK_TEST_AS_PROGRAM=1", "PATH=/usr/bin:/bin", "HOME=" + dir}
	var out bytes.Buffer
	cmd.Stdout = &out
	progress, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(progress)
	for {
		part, err := lines.ReadString('%')
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(part, "bound") {
			break
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, lines); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(out.String(), "cut off") || !strings.Contains(out.String(), "signing these 40 of 484") {
		t.Fatalf("%v\n%s", err, out.String())
	}
	must(t, "coverage", "check", filepath.Join(dir, "cut.jsonl"))
}

// checkFiles checks what the plan wrote.
func checkFiles(t *testing.T, in func(string) string, sum planSummary) {
	t.Helper()
	if out := must(t, "coverage", "check", in("p.jsonl")); !strings.HasPrefix(out, "holds: 上海, 20 of 484 shops") {
		t.Error(out)
	}
	f, err := os.Open(in("p.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 21 || rows[1][1] != sum.Shops[0].ID {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	data, err := os.ReadFile(in("p.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	var features struct {
		Features []struct{ Properties struct{ Kind string } }
	}
	if err := json.Unmarshal(data, &features); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, f := range features.Features {
		kinds[f.Properties.Kind]++
	}
	if kinds["sign"] != 20 || kinds["gap"] < 300 {
		t.Errorf("%v", kinds)
	}
	certificate, err := os.ReadFile(in("p.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	certificate[len(certificate)/2] ^= 1
	if err := os.WriteFile(in("q.jsonl"), certificate, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := do(t, "coverage", "check", in("q.jsonl")); err == nil {
		t.Error("a changed certificate holds")
	}
}
