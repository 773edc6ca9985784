// express-openid-connect and http-proxy-middleware, as their README files show them.
import express from 'express'
import openid from 'express-openid-connect'
import { createProxyMiddleware } from 'http-proxy-middleware'

const [port, upstream, issuer, clientId, clientSecret] = process.argv.slice(2)
const app = express()
app.use(
  openid.auth({
    issuerBaseURL: issuer,
    baseURL: `http://localhost:${port}`,
    clientID: clientId,
    clientSecret,
    secret: 'q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE',
    authorizationParams: {
      response_type: 'code',
      response_mode: 'query',
      scope: 'openid email profile',
    },
    authRequired: true,
  }),
)
app.use(
  createProxyMiddleware({
    target: upstream,
    on: {
      proxyReq: (onward, request) => onward.setHeader('X-Forwarded-Email', request.oidc.user.email),
    },
  }),
)
app.listen(Number(port), '127.0.0.1')
