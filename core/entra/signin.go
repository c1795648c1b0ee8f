package entra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"

	msalerrors "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// tokens gives access tokens for Graph: a person's or a service principal's.
type tokens interface {
	// token gives one; claims is what a policy wants in addition, or empty.
	token(ctx context.Context, claims string) (string, error)
	// tell sets who shows what the person has to do; nil for nobody.
	tell(func(setup.Prompt))
}

// enter signs in at the place.
func (c *Client) enter(ctx context.Context, at place, r setup.CloudRequest, prompt func(setup.Prompt)) (*session, error) {
	s := &session{place: at}
	scopes := []string{"https://" + at.graph + "/.default"}
	if r.Answer.Flow == answers.FlowService {
		source, err := c.service(at, r, scopes)
		if err != nil {
			return nil, err
		}
		s.graph = newGraph(c, at, source)
		_, err = source.token(ctx, "")
		return s, err
	}
	id := strings.TrimSpace(r.Answer.Client)
	if id == "" {
		id = c.client
	}
	client, err := public.New(id, public.WithAuthority(at.authority()), public.WithHTTPClient(c.wire),
		public.WithClientCapabilities([]string{"CP1"}))
	if err != nil {
		return nil, err
	}
	who := &person{
		client: client, scopes: scopes, tenant: at.id, hint: strings.TrimSpace(r.Answer.User),
		device: r.Answer.Flow == answers.FlowDevice, open: c.open, prompt: prompt,
	}
	s.graph = newGraph(c, at, who)
	_, err = who.token(ctx, "")
	return s, err
}

// person is a person's sign-in, by browser or by device code, through MSAL: it is
// what azidentity uses, and lets the program open the browser and show when a
// code expires, which azidentity does not.
type person struct {
	client public.Client
	scopes []string
	tenant string // GUID
	hint   string // user name to pre-fill
	device bool
	open   func(string) error

	mu      sync.Mutex // one sign-in at a time
	prompt  func(setup.Prompt)
	account public.Account
	known   bool     // account holds
	granted []string // scopes of the token
	home    string   // GUID of the tenant that the account comes from
	name    string   // user name as the token gives it
}

func (p *person) tell(prompt func(setup.Prompt)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prompt = prompt
}

// token gives a token from memory or by refreshing it, and asks the person when
// that does not do: the first time, or when a policy wants more.
func (p *person) token(ctx context.Context, claims string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known {
		res, err := p.client.AcquireTokenSilent(ctx, p.scopes, public.WithSilentAccount(p.account), public.WithClaims(claims))
		if err == nil {
			return res.AccessToken, p.keep(res)
		}
		if ctx.Err() != nil || problem.As(err) != nil {
			return "", err // no answer: asking the person would help nobody
		}
		if more := claimsOf(err); more != "" {
			claims = more
		}
	}
	res, err := p.ask(ctx, claims)
	if more := claimsOf(err); more != "" && more != claims {
		res, err = p.ask(ctx, more)
	}
	if err != nil {
		return "", err
	}
	return res.AccessToken, p.keep(res)
}

// keep remembers who signed in, and makes sure that it is in the right tenant.
func (p *person) keep(res public.AuthResult) error {
	if !strings.EqualFold(res.Account.Realm, p.tenant) {
		return &problem.Problem{
			Code: CodeTenantOther, What: "The sign-in was made out for another tenant than asked for.",
			Fix: "Sign in again with an account of the tenant that the database belongs to.", Detail: "tenant " + res.Account.Realm,
		}
	}
	p.account, p.known = res.Account, true
	if len(res.GrantedScopes) > 0 {
		p.granted = res.GrantedScopes
	}
	if _, home, ok := strings.Cut(res.Account.HomeAccountID, "."); ok {
		p.home = strings.ToLower(home)
	}
	if res.Account.PreferredUsername != "" {
		p.name = res.Account.PreferredUsername
	}
	return nil
}

func (p *person) ask(ctx context.Context, claims string) (public.AuthResult, error) {
	show := p.prompt
	if show == nil {
		show = func(setup.Prompt) {}
	}
	if p.device {
		code, err := p.client.AcquireTokenByDeviceCode(ctx, p.scopes, public.WithClaims(claims))
		if err != nil {
			return public.AuthResult{}, err
		}
		show(setup.Prompt{
			Text: "Open the address on any device, type in the code and sign in there.",
			URL:  code.Result.VerificationURL, Code: code.Result.UserCode, Expires: code.Result.ExpiresOn.UTC(),
		})
		return code.AuthenticationResult(ctx)
	}
	return p.client.AcquireTokenInteractive(ctx, p.scopes, public.WithClaims(claims), public.WithLoginHint(p.hint),
		public.WithOpenURL(func(address string) error {
			show(setup.Prompt{Text: "Sign in in the browser window that opened.", URL: address})
			if err := p.open(address); err != nil {
				show(setup.Prompt{Text: "No browser could be opened. Open the address in a browser on this computer, or cancel and sign in by device code.", URL: address})
			}
			return nil
		}))
}

// claimsOf gives the claims that the sign-in service wants, from its answer.
func claimsOf(err error) string {
	var failed msalerrors.CallErr
	if !errors.As(err, &failed) || failed.Resp == nil || failed.Resp.Body == nil {
		return ""
	}
	body, readErr := io.ReadAll(io.LimitReader(failed.Resp.Body, answerLimit))
	failed.Resp.Body = io.NopCloser(bytes.NewReader(body))
	var answer struct {
		Claims string `json:"claims"`
	}
	if readErr != nil || json.Unmarshal(body, &answer) != nil {
		return ""
	}
	return answer.Claims
}
