package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // Days must not depend on what the machine has installed.

	"citywalk/account"
	"citywalk/curate"
	"citywalk/opinion"
)

// Database says where the data are; every command takes it.
type Database struct {
	DB string `name:"db" env:"CITYWALK_DB" default:"citywalk-data/citywalk.db" placeholder:"PATH|URL" help:"SQLite file or postgres:// URL; default citywalk-data/citywalk.db."`
}

// Programme is what the card scheme is.
type Programme struct {
	Name string `name:"programme" env:"CITYWALK_PROGRAMME" default:"城市漫步卡" help:"Name of the programme, as members read it."`
	Zone string `env:"CITYWALK_ZONE" default:"Asia/Shanghai" help:"Time zone in which business days are counted."`
	City string `name:"home-city" env:"CITYWALK_HOME_CITY" default:"上海" help:"City that members see first."`
}

// Curation is how notes are read and by which numbers shops are reviewed. Who
// changes a number publishes another version of the rules.
type Curation struct {
	OpinionModel  string  `env:"CITYWALK_OPINION_MODEL" placeholder:"FILE" help:"Text model that reads notes, made by citywalk curate train; default the one that is part of the program."`
	RulesVersion  string  `env:"CITYWALK_RULES_VERSION" default:"${rules}" help:"Version of the rules of curation, which every decision cites."`
	DecisionDays  int     `env:"CITYWALK_DECISION_DAYS" default:"365" help:"Days for which a decision about a shop holds unless its reviewer says otherwise."`
	Evidence      float64 `env:"CITYWALK_EVIDENCE" default:"5" help:"Notes, less what is discounted of them, that a shop needs to be a candidate."`
	ChainMax      int     `env:"CITYWALK_CHAIN_MAX" default:"3" help:"Candidates of one chain in a city."`
	CategoryShare float64 `env:"CITYWALK_CATEGORY_SHARE" default:"0.25" help:"Share of a city's queue that one category may take."`
	DistrictShare float64 `env:"CITYWALK_DISTRICT_SHARE" default:"0.25" help:"Share of a city's queue that one district may take."`
	Queue         int     `env:"CITYWALK_QUEUE" default:"600" help:"Places of a city's review queue."`
}

// rules are the numbers as curate takes them.
func (c Curation) rules() curate.Rules {
	return curate.Rules{Version: c.RulesVersion, Days: c.DecisionDays, Evidence: c.Evidence, Chain: c.ChainMax,
		Category: c.CategoryShare, District: c.DistrictShare, Queue: c.Queue}
}

// check refuses numbers by which nothing could be reviewed.
func (c Curation) check() error {
	if c.DecisionDays < 0 || c.DecisionDays > 730 || c.Evidence < 0 || c.ChainMax < 0 || c.Queue < 0 ||
		c.CategoryShare < 0 || c.CategoryShare > 1 || c.DistrictShare < 0 || c.DistrictShare > 1 {
		return errors.New("--decision-days is at most 730, --category-share and --district-share are from 0 to 1, and no number of curation is below 0")
	}
	return nil
}

// reader is the text model, nil for the one that is part of the program.
func (c Curation) reader() (*opinion.Model, error) {
	if c.OpinionModel == "" {
		return nil, nil
	}
	f, err := os.Open(c.OpinionModel)
	if err != nil {
		return nil, fmt.Errorf("--opinion-model: %w", err)
	}
	defer f.Close()
	m, err := opinion.Read(f)
	if err != nil {
		return nil, fmt.Errorf("--opinion-model %s: %w", c.OpinionModel, err)
	}
	return m, nil
}

// location returns the programme's time zone.
func (p Programme) location() (*time.Location, error) {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return nil, fmt.Errorf("--zone %s is not a time zone of the IANA database", p.Zone)
	}
	return zone, nil
}

// Config is the configuration of a running server, by flags and environment.
type Config struct {
	Database        `embed:""`
	Programme       `embed:""`
	Curation        `embed:""`
	Listen          string `env:"CITYWALK_LISTEN" default:"127.0.0.1:8080" help:"Address to listen on."`
	BaseURL         string `name:"base-url" env:"CITYWALK_BASE_URL" placeholder:"URL" help:"How browsers reach the server; default http:// and the address it listens on. Production needs https://."`
	Secrets         string `env:"CITYWALK_SECRETS" placeholder:"FILE" help:"File of keys, made at first start; default secrets.json beside the SQLite file."`
	Production      bool   `env:"CITYWALK_PRODUCTION" help:"Refuse whatever is only fit for trying out."`
	Payment         string `env:"CITYWALK_PAYMENT" enum:"sandbox" default:"sandbox" help:"Payment provider. Only the sandbox exists so far; it cannot be used in production."`
	SandboxListen   string `env:"CITYWALK_SANDBOX_LISTEN" default:"127.0.0.1:8081" help:"Address of the sandbox payment provider; loopback only."`
	SandboxURL      string `name:"sandbox-url" env:"CITYWALK_SANDBOX_URL" placeholder:"URL" help:"Use the sandbox that another node on this machine runs, and start none; same file of keys."`
	SMSWebhook      string `name:"sms-webhook" env:"CITYWALK_SMS_WEBHOOK" placeholder:"URL" help:"Where one-time codes are posted for sending; without it they go to the log."`
	SMSSecret       string `name:"sms-secret" env:"CITYWALK_SMS_SECRET" placeholder:"KEY" help:"Base64 key that signs what is posted to the webhook."`
	CodesPerAddress int    `env:"CITYWALK_CODES_PER_ADDRESS" default:"30" help:"One-time codes an hour to one network address, which a shop's guests or a carrier's customers may share; -1 for no limit."`
	CodesPerPrefix  int    `env:"CITYWALK_CODES_PER_PREFIX" default:"20" help:"One-time codes an hour to phone numbers that differ only in the last four digits; -1 for no limit."`
	CodesPerDevice  int    `env:"CITYWALK_CODES_PER_DEVICE" default:"3" help:"One-time codes in ten minutes to one browser or device; -1 for no limit."`
	CodesPerDay     int    `env:"CITYWALK_CODES_PER_DAY" default:"5000" help:"One-time codes in 24 hours to everybody, which is what a flood may cost; -1 for no limit."`
	CodesSample     int    `env:"CITYWALK_CODES_SAMPLE" default:"100" help:"From so many one-time codes an hour on, if fewer than a fifth are entered, codes go only to numbers that signed in before, for half an hour and more; -1 for never."`
	TrustedProxy    string `env:"CITYWALK_TRUSTED_PROXY" placeholder:"CIDR" help:"Network whose X-Forwarded-For is believed."`
	Workers         int    `env:"CITYWALK_WORKERS" default:"4" help:"Background jobs at once."`
	Slots           int    `env:"CITYWALK_SLOTS" default:"0" help:"Requests that are worked on at once; twice as many wait for up to 200 ms, and the rest is told to come back. 0 means 16 for each processor."`
	Connections     int    `env:"CITYWALK_CONNECTIONS" default:"0" help:"Connections that are open at once; the longest quiet one makes room for a new one. 0 means 4096, or half of what the system lets the process open if that is less."`
}

// Tool is what a command takes that works on the data and serves nobody.
type Tool struct {
	Database `embed:""`
	Zone     string `env:"CITYWALK_ZONE" default:"Asia/Shanghai" help:"Time zone in which business days are counted; as the server's."`
	Secrets  string `env:"CITYWALK_SECRETS" placeholder:"FILE" help:"File of keys, as the server's; default secrets.json beside the SQLite file."`
}

// config is the configuration of an installation that nobody serves.
func (t Tool) config() Config {
	const nobody = "127.0.0.1:0"
	return Config{Database: t.Database, Programme: Programme{Zone: t.Zone}, Secrets: t.Secrets,
		Listen: nobody, SandboxListen: nobody, Payment: "sandbox", Workers: 1}
}

// CurationTool is a Tool that reads notes or makes queues.
type CurationTool struct {
	Tool     `embed:""`
	Curation `embed:""`
}

// config is the configuration with the server's numbers of curation.
func (t CurationTool) config() Config {
	c := t.Tool.config()
	c.Curation = t.Curation
	return c
}

// slotsEach is how many requests work at once for each processor. More than
// processors, since most wait for the disk or the database's answer, and on
// SQLite those that wait together share a commit.
const slotsEach = 16

// slots is how many requests work at once.
func (c Config) slots() int {
	if c.Slots > 0 {
		return c.Slots
	}
	return slotsEach * runtime.GOMAXPROCS(0)
}

// Bounds of connections.
const (
	connectionsMax = 4096
	neighbours     = 256 // From one address.
)

// connections is how many are open at once.
func (c Config) connections() int {
	if c.Connections > 0 {
		return c.Connections
	}
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) != nil {
		return connectionsMax
	}
	return int(min(connectionsMax, files.Cur/2))
}

// limits bound the one-time codes that are sent.
func (c Config) limits() account.Limits {
	return account.Limits{AddressHour: c.CodesPerAddress, PrefixHour: c.CodesPerPrefix, DeviceTen: c.CodesPerDevice,
		Day: c.CodesPerDay, Sample: c.CodesSample}
}

// baseURL returns how browsers reach the server, without a trailing slash.
func (c Config) baseURL() string {
	if c.BaseURL != "" {
		return strings.TrimRight(c.BaseURL, "/")
	}
	return "http://" + c.Listen
}

// check refuses configurations that cannot work or are not safe.
func (c Config) check() error {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("--listen %s: want an address and a port, for example 127.0.0.1:8080", c.Listen)
	}
	u, err := url.Parse(c.baseURL())
	if err != nil || u.Host == "" || u.Path != "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("--base-url %s: want http(s)://host[:port] without a path", c.baseURL())
	}
	if _, err := c.location(); err != nil {
		return err
	}
	if err := c.Curation.check(); err != nil {
		return err
	}
	if c.Slots < 0 || c.Connections < 0 {
		return errors.New("--slots and --connections are numbers above 0, or 0 for what fits the machine")
	}
	if c.Workers < 1 {
		return fmt.Errorf("--workers %d: payments and statements need at least one", c.Workers)
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if !loopback(c.SandboxListen) {
		return fmt.Errorf("--sandbox-listen %s: the sandbox moves pretend money and listens on loopback only", c.SandboxListen)
	}
	if u.Scheme == "http" && !loopback(u.Host) {
		return fmt.Errorf("--base-url %s: sessions need https except on loopback; put a proxy that speaks TLS in front and name it, --base-url https://…", c.baseURL())
	}
	if c.SMSWebhook != "" && c.SMSSecret == "" {
		return errors.New("--sms-webhook needs --sms-secret, so that the receiver can tell who posts")
	}
	if all := c.unfit(); c.Production && len(all) > 0 {
		return errors.New("--production: " + all[0].Detail)
	}
	return nil
}

// unfit is what is only fit for trying out.
func (c Config) unfit() (all []Check) {
	if c.Payment == "sandbox" {
		all = append(all, Check{"payment", "bad", "the sandbox payment provider cannot be used; no real provider is built yet"})
	}
	if !strings.HasPrefix(c.baseURL(), "https://") {
		all = append(all, Check{"address", "bad", "--base-url must be https"})
	}
	if c.SMSWebhook == "" {
		all = append(all, Check{"codes", "bad", "one-time codes would go to the log; set --sms-webhook and --sms-secret"})
	}
	return all
}

// warnings are what works and is likely not meant.
func (c Config) warnings() (all []string) {
	if strings.HasPrefix(c.BaseURL, "https://") && c.TrustedProxy == "" {
		all = append(all, "--base-url is https, so a proxy stands in front, but no --trusted-proxy is set: everybody seems to come from the proxy's address and soon nobody gets a sign-in code")
	}
	if c.SMSWebhook == "" {
		all = append(all, "no --sms-webhook is set: one-time codes go to this log, and whoever reads it can sign in as anybody")
	}
	return all
}

// loopback reports whether an address with or without a port is this machine.
func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}
