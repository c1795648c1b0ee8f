package entra

// The objects of Graph, in as far as they are used (docs: graph/api/resources).

type application struct {
	ID    string `json:"id"`
	AppID string `json:"appId"`
	Name  string `json:"displayName"`
	Notes string `json:"notes"`
}

type servicePrincipal struct {
	ID    string    `json:"id"`
	AppID string    `json:"appId"`
	Name  string    `json:"displayName"`
	Roles []appRole `json:"appRoles"`
}

type appRole struct {
	ID      string `json:"id"`
	Value   string `json:"value"`
	Enabled bool   `json:"isEnabled"`
}

type user struct {
	ID   string `json:"id"`
	UPN  string `json:"userPrincipalName"`
	Name string `json:"displayName"`
}
