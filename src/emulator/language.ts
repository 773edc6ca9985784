// `lang`: the language of the sign-in page, remembered in a cookie of that name; unknown ones are ignored.
// Source: developer guide, "Managed login localization".
import type { FastifyReply, FastifyRequest } from 'fastify'
import { cookieOptions } from './page.js'
import { type Realm, readParameters } from './realm.js'

/** What the sign-in page says. */
export interface Wording {
  /** For the page's `html` element. */
  readonly lang: string
  readonly signIn: string
  readonly username: string
  readonly password: string
  /** Said when user name and password do not fit. */
  readonly wrong: string
}

const wordings: readonly Wording[] = [
  word('en', 'Sign in', 'User name or e-mail', 'Password', 'Incorrect username or password.'),
  word(
    'de',
    'Anmelden',
    'Benutzername oder E-Mail',
    'Passwort',
    'Benutzername oder Passwort falsch.',
  ),
  word(
    'es',
    'Iniciar sesión',
    'Usuario o correo',
    'Contraseña',
    'Usuario o contraseña incorrectos.',
  ),
  word(
    'fr',
    'Se connecter',
    'Identifiant ou e-mail',
    'Mot de passe',
    'Identifiant ou mot de passe incorrect.',
  ),
  word(
    'id',
    'Masuk',
    'Nama pengguna atau email',
    'Kata sandi',
    'Nama pengguna atau kata sandi salah.',
  ),
  word('it', 'Accedi', 'Nome utente o e-mail', 'Password', 'Nome utente o password non corretti.'),
  word(
    'ja',
    'サインイン',
    'ユーザー名またはメール',
    'パスワード',
    'ユーザー名またはパスワードが違います。',
  ),
  word(
    'ko',
    '로그인',
    '사용자 이름 또는 이메일',
    '비밀번호',
    '사용자 이름 또는 비밀번호가 올바르지 않습니다.',
  ),
  word('pt-BR', 'Entrar', 'Usuário ou e-mail', 'Senha', 'Usuário ou senha incorretos.'),
  word('zh-CN', '登录', '用户名或电子邮件', '密码', '用户名或密码不正确。'),
  word('zh-TW', '登入', '使用者名稱或電子郵件', '密碼', '使用者名稱或密碼不正確。'),
]

/** The wording of a request: by its `lang`, else by the cookie, else English. */
export function wordingOf({ query, cookies }: FastifyRequest): Wording {
  const named = [readParameters(query).lang, cookies.lang, 'en'].flatMap(
    lang => wordings.find(wording => wording.lang === lang) ?? [],
  )
  return named[0] as Wording // English is always found
}

/** Remembers the language that a request asks for, if the pages have it. */
export function rememberLanguage(
  realm: Realm,
  reply: FastifyReply,
  lang: string | undefined,
): void {
  if (lang === undefined || !wordings.some(wording => wording.lang === lang)) return
  reply.setCookie('lang', lang, cookieOptions(realm))
}

function word(
  lang: string,
  signIn: string,
  username: string,
  password: string,
  wrong: string,
): Wording {
  return { lang, signIn, username, password, wrong }
}
