-- Asks cognito-gateway about a request: `http-request lua.auth-request URL`. Leaves behind
--   txn.gateway_status      202, 401, 403, … ; nothing when the gateway could not be asked
--   txn.gateway_location    where a navigation has to go
--   txn.gateway_cookie_1…3  Set-Cookie lines of a refreshed session
-- and sets the identity headers of a yes.

local passed_on = { "cookie", "authorization", "accept", "host", "sec-fetch-mode", "sec-fetch-dest", "sec-purpose", "x-requested-with" }
local identity = { "x-forwarded-user", "x-forwarded-preferred-username", "x-forwarded-email", "x-forwarded-groups" }

core.register_action("auth-request", { "http-req" }, function(txn, url)
  local sent = txn.http:req_get_headers()
  local headers = {}
  for _, name in ipairs(passed_on) do
    if sent[name] ~= nil then
      headers[name] = {}
      for at = 0, #sent[name] do table.insert(headers[name], sent[name][at]) end
    end
  end
  headers["x-forwarded-uri"] = { txn.f:url() }
  headers["x-forwarded-method"] = { txn.f:method() }

  local answer = core.httpclient():get { url = url .. "?redirect=1", headers = headers, timeout = 5000 }
  if answer == nil or answer.status == nil then return end
  txn:set_var("txn.gateway_status", answer.status)

  local function first(name)
    return answer.headers ~= nil and answer.headers[name] ~= nil and answer.headers[name][0] or nil
  end
  if answer.status == 302 then txn:set_var("txn.gateway_location", first("location")) end
  if answer.status ~= 202 then return end
  for _, name in ipairs(identity) do
    local value = first(name)
    if value ~= nil then txn.http:req_set_header(name, value) end
  end
  for at = 0, 2 do
    local line = answer.headers["set-cookie"] ~= nil and answer.headers["set-cookie"][at] or nil
    if line ~= nil then txn:set_var("txn.gateway_cookie_" .. (at + 1), line) end
  end
end, 1)
