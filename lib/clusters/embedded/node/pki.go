package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// A lab normally runs for hours. A year also covers a forgotten lab, and a clock that is not exact.
const validity = 365 * 24 * time.Hour

// PKISpec names the certificates of a cluster. For each NAME, NAME.crt and NAME.key are written into Dir, beside ca.crt and
// ca.key, and sa.key with sa.pub for service account tokens.
type PKISpec struct {
	Dir          string        `json:"dir"`
	Certificates []Certificate `json:"certificates"`
}

// Certificate is one for both servers and clients.
type Certificate struct {
	Name         string   `json:"name"`
	CommonName   string   `json:"commonName"`
	Organization string   `json:"organization"`
	DNSNames     []string `json:"dnsNames"`
	Addresses    []string `json:"addresses"`
}

func writePKI(specPath string) error {
	data, err := os.ReadFile(specPath)
	if err != nil {
		return err
	}
	spec := PKISpec{}
	if err := json.Unmarshal(data, &spec); err != nil {
		return fmt.Errorf("%s: %w", specPath, err)
	}
	if err := os.MkdirAll(spec.Dir, 0o700); err != nil {
		return err
	}
	authority := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "meshdrill"},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	authorityKey, err := issue(spec.Dir, "ca", authority, authority, nil)
	if err != nil {
		return err
	}
	for _, wanted := range spec.Certificates {
		certificate := &x509.Certificate{
			Subject:     pkix.Name{CommonName: wanted.CommonName},
			DNSNames:    wanted.DNSNames,
			KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		}
		if wanted.Organization != "" {
			certificate.Subject.Organization = []string{wanted.Organization}
		}
		for _, address := range wanted.Addresses {
			ip := net.ParseIP(address)
			if ip == nil {
				return fmt.Errorf("certificate %s: %q is not an IP address", wanted.Name, address)
			}
			certificate.IPAddresses = append(certificate.IPAddresses, ip)
		}
		if _, err := issue(spec.Dir, wanted.Name, certificate, authority, authorityKey); err != nil {
			return err
		}
	}
	return writeServiceAccountKey(spec.Dir)
}

// issue writes a certificate and its new key. Without a parent's key, the certificate is self-signed.
func issue(dir, name string, certificate, parent *x509.Certificate, parentKey crypto.Signer) (crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if parentKey == nil {
		parentKey = key
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	certificate.SerialNumber = serial
	certificate.NotBefore = time.Now().Add(-time.Hour)
	certificate.NotAfter = time.Now().Add(validity)
	der, err := x509.CreateCertificate(rand.Reader, certificate, parent, key.Public(), parentKey)
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", name, err)
	}
	if err := writePEM(filepath.Join(dir, name+".crt"), "CERTIFICATE", der); err != nil {
		return nil, err
	}
	return key, writeKey(filepath.Join(dir, name+".key"), key)
}

func writeServiceAccountKey(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := writeKey(filepath.Join(dir, "sa.key"), key); err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	return writePEM(filepath.Join(dir, "sa.pub"), "PUBLIC KEY", public)
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(path, "EC PRIVATE KEY", der)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
