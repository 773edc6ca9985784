// Configuration files of peers that are no Node programs: nginx and Apache, one worker each.
import type { Client } from './world.js'

/** What one nginx does besides forwarding. */
export interface NginxLocation {
  /** Who is asked with auth_request; nobody when absent. */
  readonly servicePort?: number
  /** Whether answers of that service are remembered by cookie. */
  readonly cached?: boolean
}

/** One worker in the foreground that forwards over kept connections. */
export function nginxConfig({
  port,
  upstream,
  folder,
  name,
  location: { servicePort, cached = false },
}: {
  port: number
  upstream: string
  folder: string
  name: string
  location: NginxLocation
}): string {
  const asks = servicePort !== undefined
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const lines = [
    ...['daemon off;', 'master_process off;', 'worker_processes 1;', 'worker_rlimit_nofile 20000;'],
    `pid ${folder}/${name}.pid;`,
    'error_log stderr crit;',
    'events { worker_connections 19000; }',
    'http {',
    'access_log off;',
    ...temporary.map(kind => `${kind}_temp_path ${folder}/${name}-${kind};`),
    'large_client_header_buffers 8 32k;',
    ...['keepalive_timeout 75;', 'keepalive_requests 100000000;', 'client_max_body_size 0;'],
    'proxy_http_version 1.1;',
    'map $http_upgrade $connection_line { default upgrade; "" ""; }',
    ...backend('app', new URL(upstream).host),
    ...(asks ? backend('auth', `127.0.0.1:${servicePort}`) : []),
    ...(cached ? [`proxy_cache_path ${folder}/${name}-cache keys_zone=auth:10m;`] : []),
    'server {',
    `listen 127.0.0.1:${port} backlog=4096;`,
    'location / {',
    ...(asks
      ? ['auth_request /_auth;', 'auth_request_set $email $upstream_http_x_auth_request_email;']
      : []),
    ...(asks ? ['proxy_set_header X-Auth-Request-Email $email;'] : []),
    'proxy_set_header Host $http_host;',
    'proxy_set_header Upgrade $http_upgrade;',
    'proxy_set_header Connection $connection_line;',
    'proxy_pass http://app;',
    '}',
    'location = /events { proxy_buffering off; proxy_set_header Connection ""; proxy_pass http://app; }',
    ...(asks ? authLocation(cached) : []),
    '}',
    '}',
  ]
  return `${lines.join('\n')}\n`
}

function backend(name: string, host: string): string[] {
  return [`upstream ${name} { server ${host}; keepalive 256; keepalive_requests 100000000; }`]
}

function authLocation(cached: boolean): string[] {
  return [
    'location = /_auth {',
    'internal;',
    'proxy_pass http://auth/;',
    'proxy_pass_request_body off;',
    'proxy_set_header Content-Length "";',
    'proxy_set_header Connection "";',
    ...(cached
      ? ['proxy_cache auth;', 'proxy_cache_key $http_cookie;', 'proxy_cache_valid 200 5m;']
      : []),
    '}',
  ]
}

/** One process of Apache's event module, as mod_auth_openidc's own sample shows it. */
export function apacheConfig({
  port,
  upstream,
  folder,
  name,
  issuer,
  client,
  sessionType,
}: {
  port: number
  upstream: string
  folder: string
  name: string
  issuer: string
  client: Client
  sessionType: string
}): string {
  const modules = [
    ...['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'auth_openidc'],
    ...['proxy', 'proxy_http'],
  ]
  const lines = [
    `ServerRoot ${folder}`,
    `DefaultRuntimeDir ${folder}`,
    `PidFile ${folder}/${name}.pid`,
    `Mutex file:${folder} default`,
    `Listen 127.0.0.1:${port}`,
    `ServerName localhost:${port}`,
    ...modules.map(
      module => `LoadModule ${module}_module /usr/lib/apache2/modules/mod_${module}.so`,
    ),
    ...['User nobody', 'Group nogroup'],
    `ErrorLog ${folder}/${name}-error.log`,
    'LogLevel error',
    ...['StartServers 1', 'ServerLimit 1', 'ThreadLimit 192', 'ThreadsPerChild 192'],
    'MaxRequestWorkers 192',
    ...['KeepAlive On', 'MaxKeepAliveRequests 0', 'KeepAliveTimeout 75'],
    ...['LimitRequestFieldSize 65536', 'ListenBacklog 4096'],
    `OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration`,
    `OIDCClientID ${client.id}`,
    `OIDCClientSecret ${client.secret}`,
    `OIDCRedirectURI http://localhost:${port}/private/callback`,
    'OIDCCryptoPassphrase q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE',
    `OIDCSessionType ${sessionType}`,
    'OIDCCacheType shm',
    'OIDCScope "openid email profile"',
    'OIDCRemoteUserClaim email',
    'OIDCSessionInactivityTimeout 3600',
    '<Location />',
    'AuthType openid-connect',
    'Require valid-user',
    '</Location>',
    'ProxyPass /private/callback !',
    `ProxyPass / ${upstream}/ max=128 ttl=60`,
  ]
  return `${lines.join('\n')}\n`
}
