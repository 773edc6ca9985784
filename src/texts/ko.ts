// The gateway's pages in Korean.
import type { Texts } from './texts.js'

const again = '잠시 후 다시 시도해 주세요.'
const tellId = '이 사이트의 관리자에게 아래 ID를 알려 주세요.'

export const ko: Texts = {
  errors: {
    GW_ERR_TARGET_REFUSED: {
      title: '주소를 읽을 수 없습니다',
      message:
        '주소에 여러 가지로 해석될 수 있는 문자가 있습니다. 링크를 확인한 뒤 다시 시도해 주세요.',
    },
    GW_ERR_METHOD_REFUSED: {
      title: '여기서는 할 수 없는 요청입니다',
      message: '이런 종류의 요청은 전달하지 않습니다.',
    },
    GW_ERR_HOST_UNKNOWN: {
      title: '여기서 제공하지 않는 사이트입니다',
      message: '이 사이트 이름을 알 수 없습니다. 주소를 확인해 주세요.',
    },
    GW_ERR_NOT_FOUND: {
      title: '페이지가 없습니다',
      message: '이 주소에는 페이지가 없습니다. 링크를 확인해 주세요.',
    },
    GW_ERR_LOGIN_REQUIRED: {
      title: '로그인해 주세요',
      message: '이 페이지를 보려면 로그인해야 합니다.',
    },
    GW_ERR_TOKEN_INVALID: {
      title: '인증 정보가 올바르지 않습니다',
      message: '인증 정보가 불완전하거나 만료되었거나 다른 곳에서 쓰는 것입니다.',
    },
    GW_ERR_EVENTS_KEY: {
      title: '사람이 쓰는 페이지가 아닙니다',
      message: '이벤트는 키를 가진 곳에서만 받습니다.',
    },
    GW_ERR_FORBIDDEN: {
      title: '볼 수 있는 권한이 없습니다',
      message:
        '이 페이지는 다른 분들을 위한 것입니다. 필요하면 이 사이트의 관리자에게 권한을 요청해 주세요.',
    },
    GW_ERR_CROSS_SITE: {
      title: '다른 사이트에서 온 요청입니다',
      message:
        '다른 사이트가 브라우저에 시킨 일이라 실행하지 않았습니다. 해당 페이지를 직접 연 뒤 다시 시도해 주세요.',
    },
    GW_ERR_UPGRADE_REFUSED: {
      title: '여기서는 연결할 수 없습니다',
      message: '사이트의 이 부분은 계속 열려 있는 연결을 지원하지 않습니다.',
    },
    GW_ERR_RETURN_TO_REFUSED: {
      title: '다른 곳으로 가는 링크입니다',
      message:
        '이 사이트에서 허용하지 않는 곳으로 이동하는 링크입니다. 애플리케이션을 원래 주소로 열어 주세요.',
    },
    GW_ERR_CALLBACK_INVALID: {
      title: '로그인 응답이 완전하지 않습니다',
      message: '로그인 페이지에서 온 응답이 손상되었습니다. 다시 로그인해 주세요.',
    },
    GW_ERR_STATE_UNKNOWN: {
      title: '여기서 시작한 로그인이 아닙니다',
      message: '이 사이트가 시작하지 않은 로그인에 대한 응답입니다. 다시 로그인해 주세요.',
    },
    GW_ERR_TRANSACTION_EXPIRED: {
      title: '로그인 시간이 지났습니다',
      message:
        '한 시간 이상 전에, 또는 다른 브라우저에서 시작한 로그인입니다. 다시 로그인해 주세요.',
    },
    GW_ERR_LOGIN_LOOP: {
      title: '로그인이 완료되지 않습니다',
      message:
        '로그인 페이지로 여러 번 이동했지만 브라우저가 쿠키를 보내지 않았습니다. 이 사이트의 쿠키를 허용한 뒤 다시 시도해 주세요.',
    },
    GW_ERR_COOKIES_BLOCKED: {
      title: '쿠키가 차단되어 있습니다',
      message:
        '브라우저가 이 사이트의 쿠키를 보관하지 않아 로그인할 수 없습니다. 브라우저 설정에서 이 사이트의 쿠키를 허용한 뒤 다시 로그인해 주세요.',
    },
    GW_ERR_LOGIN_REFUSED: {
      title: '로그인이 거부되었습니다',
      message:
        '로그인 페이지에서 로그인을 허용하지 않았습니다. 다시 시도하거나 이 사이트의 관리자에게 문의해 주세요.',
    },
    GW_ERR_LOGIN_NOT_ALLOWED: {
      title: '이 계정으로는 로그인할 수 없습니다',
      message:
        '본인 확인은 되었지만 이 계정은 이 사이트를 이용할 수 없습니다. 다른 계정을 사용하거나 담당자에게 문의하세요.',
    },
    GW_ERR_LOGIN_MISCONFIGURED: {
      title: '로그인 설정이 잘못되어 있습니다',
      message: `사용자의 잘못이 아닙니다. 관리자가 설정을 고쳐야 합니다. ${tellId}`,
    },
    GW_ERR_CODE_REFUSED: {
      title: '이미 사용했거나 만료된 로그인입니다',
      message: '로그인 응답은 5분 동안 한 번만 쓸 수 있습니다. 다시 로그인해 주세요.',
    },
    GW_ERR_TOKENS_REFUSED: {
      title: '로그인을 확인하지 못했습니다',
      message:
        '로그인 서비스의 응답이 검사를 통과하지 못해 로그인되지 않았습니다. 다시 시도해 주세요.',
    },
    GW_ERR_COGNITO_UNAVAILABLE: {
      title: '로그인 서비스가 응답하지 않습니다',
      message: `${again} 잃어버린 것은 없습니다.`,
    },
    GW_ERR_SESSION_UNAVAILABLE: {
      title: '지금은 세션을 확인할 수 없습니다',
      message: `${again} 로그인은 유지됩니다.`,
    },
    GW_ERR_SESSION_TOO_LARGE: {
      title: '로그인 정보가 쿠키에 담을 수 있는 크기를 넘습니다',
      message: `역할이나 속성이 이 사이트가 담을 수 있는 것보다 많습니다. 관리자가 설정을 바꿔야 합니다. ${tellId}`,
    },
    GW_ERR_IDENTITY_TOO_LARGE: {
      title: '이 애플리케이션이 받을 수 있는 것보다 역할이 많습니다',
      message: `관리자가 설정을 바꿔야 합니다. ${tellId}`,
    },
    GW_ERR_HEADERS_TOO_LARGE: {
      title: '브라우저가 보낸 정보가 너무 큽니다',
      message: '요청의 쿠키나 헤더가 너무 큽니다. 이 사이트의 쿠키를 지운 뒤 다시 시도해 주세요.',
    },
    GW_ERR_REQUEST_INVALID: {
      title: '요청을 읽을 수 없습니다',
      message: '요청이 전송 중에 손상되었습니다. 다시 시도해 주세요.',
    },
    GW_ERR_BODY_TOO_LARGE: {
      title: '보내기에는 너무 큽니다',
      message: '보내신 내용이 이 페이지에서 받을 수 있는 크기를 넘습니다.',
    },
    GW_ERR_UPLOAD_TIMEOUT: {
      title: '보내는 데 시간이 너무 오래 걸렸습니다',
      message: '한동안 아무것도 도착하지 않아 기다리기를 멈췄습니다. 다시 시도해 주세요.',
    },
    GW_ERR_EXPECTATION_FAILED: {
      title: '여기서는 할 수 없는 요청입니다',
      message: '지원하지 않는 동작이 필요한 요청입니다.',
    },
    GW_ERR_UPSTREAM_UNREACHABLE: {
      title: '애플리케이션이 응답하지 않습니다',
      message: `로그인은 되어 있지만 이 페이지의 애플리케이션에 연결할 수 없습니다. ${again}`,
    },
    GW_ERR_UPSTREAM_INVALID: {
      title: '애플리케이션의 응답을 읽을 수 없습니다',
      message: `이 페이지의 애플리케이션에 문제가 있습니다. ${again}`,
    },
    GW_ERR_UPSTREAM_TIMEOUT: {
      title: '애플리케이션의 응답이 너무 늦습니다',
      message: `이 페이지의 애플리케이션이 제때 응답하지 않았습니다. ${again}`,
    },
    GW_ERR_UPSTREAM_BUSY: {
      title: '애플리케이션이 처리할 일이 너무 많습니다',
      message: again,
    },
    GW_ERR_AWS_REFUSED: {
      title: '이 부분에 접근할 수 없습니다',
      message:
        '로그인되어 있지만 이 페이지 뒤의 서비스가 로그인을 받아들이지 않습니다. 담당자에게 문의하세요.',
    },
    GW_ERR_AWS_MISCONFIGURED: {
      title: '접근 설정이 올바르지 않습니다',
      message: '저희 쪽 문제입니다. 담당자가 설정을 고쳐야 합니다. 아래 번호를 알려 주세요.',
    },
    GW_ERR_AWS_UNAVAILABLE: {
      title: '지금은 접근 권한을 확인할 수 없습니다',
      message: '잠시 후 다시 시도해 주세요. 로그인 상태는 그대로입니다.',
    },
    GW_ERR_UPSTREAM_DOWN: {
      title: '애플리케이션에 연결할 수 없습니다',
      message: `곧 다시 연결을 시도합니다. ${again}`,
    },
    GW_ERR_GATEWAY_BUSY: {
      title: '지금 처리할 일이 너무 많습니다',
      message: `동시에 접속한 사람이 너무 많습니다. ${again}`,
    },
    GW_ERR_TOO_MANY_SIGN_INS: {
      title: '한꺼번에 너무 많은 로그인이 있었습니다',
      message: `같은 네트워크에서 1분 동안 많은 로그인 요청이 있었습니다. ${again}`,
    },
    GW_ERR_INTERNAL: {
      title: '문제가 생겼습니다',
      message: `사용자의 잘못이 아닙니다. 다시 시도해 주세요. 계속되면 ${tellId}`,
    },
  },
  signIn: '로그인',
  startPage: '시작 페이지로 가기',
  tryAgain: '다시 시도',
  otherAccount: '다른 계정으로 로그인',
  error: '오류',
  id: 'ID',
  signedOut: {
    title: '로그아웃되었습니다',
    text: '이 사이트의 세션이 끝났습니다. 함께 쓰는 컴퓨터라면 브라우저도 닫아 주세요.',
    again: '다시 로그인',
  },
  confirmSignOut: {
    title: '로그아웃할까요?',
    text: '다른 사이트가 로그아웃하도록 이 페이지로 보냈습니다. 원할 때만 로그아웃해 주세요.',
    yes: '로그아웃',
    no: '로그인 유지',
  },
  account: {
    title: '내 계정',
    formWaits: '로그인되었습니다. 양식이 있는 탭으로 돌아가서 보내 주세요.',
    name: '이름',
    email: '이메일',
    groups: '그룹',
    noGroups: '없음',
    session: '이 세션',
    began: '로그인',
    idleEnds: '사용하지 않으면 종료',
    ends: '계속 사용해도 종료',
    others: '다른 세션',
    noOthers: '다른 곳에는 로그인되어 있지 않습니다.',
    moreOthers: '더 있습니다. 최근에 시작한 세션만 보여 드립니다.',
    othersUnknown: '이 사이트는 다른 브라우저의 세션 목록을 보관하지 않습니다.',
    othersAway: '지금은 다른 세션을 보여 드릴 수 없습니다.',
    used: '마지막 사용',
    end: '종료',
    signOut: '로그아웃',
    signOutEverywhere: '모든 곳에서 로그아웃',
  },
  keptForm: {
    title: '작성한 양식은 그대로 있습니다',
    text: '양식을 보낼 때 세션이 이미 끝나 있어서 아직 애플리케이션에 전달되지 않았습니다. 양식은 이 페이지에만 남아 있으니 이 탭을 닫지 마세요.',
    signIn: '새 탭에서 다시 로그인',
    send: '양식 보내기',
    sendNote: '같은 계정으로 로그인한 뒤 이 탭으로 돌아와 주세요.',
    needsScript: '이 양식은 JavaScript를 켜야 보낼 수 있습니다.',
    fields: '보낼 내용',
    hidden: '표시하지 않음',
    lostTitle: '세션이 이미 끝났습니다',
    lostText: '보내신 내용이 애플리케이션에 전달되지 않았습니다.',
    tooLarge: '너무 커서 이 페이지에 담아 둘 수 없습니다.',
    files: '파일이 들어 있거나 이 페이지에 담아 둘 수 없는 형식입니다.',
    unreadable: '내용이 끝까지 도착하지 않았습니다.',
    goBack:
      '새 탭에서 다시 로그인한 다음, 이 탭에서 뒤로 가 주세요. 작성한 내용이 브라우저에 아직 남아 있을 것입니다. 거기서 다시 보내 주세요.',
  },
  keepFragment: {
    title: '로그인해 주세요',
    text: '이 페이지를 보려면 로그인해야 합니다.',
    go: '로그인',
  },
  landing: {
    title: '로그인되었습니다',
    text: '요청하신 페이지를 엽니다.',
    go: '페이지 열기',
  },
  time: { ago: '{time} 전', ahead: '{time} 뒤', moment: '1분 미만' },
}
