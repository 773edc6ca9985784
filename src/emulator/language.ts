// `lang`: the language of the sign-in page, remembered in a cookie of that name; unknown ones are ignored.
// Source: developer guide, "Managed login localization".
import type { FastifyReply, FastifyRequest } from 'fastify'
import { cookieOptions } from './page.js'
import { pageParameters, type Realm } from './realm.js'

/** What the sign-in page says. */
export interface Wording {
  /** For the page's `html` element. */
  readonly lang: string
  readonly signIn: string
  /** The button after the user name, in managed login. */
  readonly next: string
  readonly username: string
  readonly password: string
  /** Said when user name and password do not fit. */
  readonly wrong: string
}

const wordings: readonly Wording[] = [
  {
    lang: 'en',
    signIn: 'Sign in',
    next: 'Next',
    username: 'User name or e-mail',
    password: 'Password',
    wrong: 'Incorrect username or password.',
  },
  {
    lang: 'de',
    signIn: 'Anmelden',
    next: 'Weiter',
    username: 'Benutzername oder E-Mail',
    password: 'Passwort',
    wrong: 'Benutzername oder Passwort falsch.',
  },
  {
    lang: 'es',
    signIn: 'Iniciar sesión',
    next: 'Siguiente',
    username: 'Usuario o correo',
    password: 'Contraseña',
    wrong: 'Usuario o contraseña incorrectos.',
  },
  {
    lang: 'fr',
    signIn: 'Se connecter',
    next: 'Suivant',
    username: 'Identifiant ou e-mail',
    password: 'Mot de passe',
    wrong: 'Identifiant ou mot de passe incorrect.',
  },
  {
    lang: 'id',
    signIn: 'Masuk',
    next: 'Berikutnya',
    username: 'Nama pengguna atau email',
    password: 'Kata sandi',
    wrong: 'Nama pengguna atau kata sandi salah.',
  },
  {
    lang: 'it',
    signIn: 'Accedi',
    next: 'Avanti',
    username: 'Nome utente o e-mail',
    password: 'Password',
    wrong: 'Nome utente o password non corretti.',
  },
  {
    lang: 'ja',
    signIn: 'サインイン',
    next: '次へ',
    username: 'ユーザー名またはメール',
    password: 'パスワード',
    wrong: 'ユーザー名またはパスワードが違います。',
  },
  {
    lang: 'ko',
    signIn: '로그인',
    next: '다음',
    username: '사용자 이름 또는 이메일',
    password: '비밀번호',
    wrong: '사용자 이름 또는 비밀번호가 올바르지 않습니다.',
  },
  {
    lang: 'pt-BR',
    signIn: 'Entrar',
    next: 'Avançar',
    username: 'Usuário ou e-mail',
    password: 'Senha',
    wrong: 'Usuário ou senha incorretos.',
  },
  {
    lang: 'zh-CN',
    signIn: '登录',
    next: '下一步',
    username: '用户名或电子邮件',
    password: '密码',
    wrong: '用户名或密码不正确。',
  },
  {
    lang: 'zh-TW',
    signIn: '登入',
    next: '下一步',
    username: '使用者名稱或電子郵件',
    password: '密碼',
    wrong: '使用者名稱或密碼不正確。',
  },
]

/** The wording of a request: by its `lang`, else by the cookie, else English. */
export function wordingOf(
  realm: Pick<Realm, 'settings'>,
  { query, cookies }: FastifyRequest,
): Wording {
  const known = realm.settings.loginPages === 'classic' ? undefined : cookies.lang
  const named = [pageParameters(realm, query).lang, known, 'en'].flatMap(
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
