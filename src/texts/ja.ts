// The gateway's pages in Japanese.
import type { Texts } from './texts.js'

const again = 'しばらくしてから、もう一度お試しください。'
const tellId = 'このサイトの管理者に下の ID をお伝えください。'

export const ja: Texts = {
  errors: {
    GW_ERR_TARGET_REFUSED: {
      title: 'アドレスを読み取れません',
      message:
        'アドレスに、複数の意味に取れる文字が含まれています。リンクを確認して、もう一度お試しください。',
    },
    GW_ERR_METHOD_REFUSED: {
      title: 'ここではできない操作です',
      message: 'この種類のリクエストは転送されません。',
    },
    GW_ERR_HOST_UNKNOWN: {
      title: 'ここでは提供していないサイトです',
      message: 'このサイト名は登録されていません。アドレスを確認してください。',
    },
    GW_ERR_NOT_FOUND: {
      title: 'ページがありません',
      message: 'このアドレスにはページがありません。リンクを確認してください。',
    },
    GW_ERR_LOGIN_REQUIRED: {
      title: 'サインインしてください',
      message: 'このページを見るにはサインインが必要です。',
    },
    GW_ERR_TOKEN_INVALID: {
      title: '認証情報が正しくありません',
      message: '認証情報が不完全か、期限切れか、別の場所のものです。',
    },
    GW_ERR_EVENTS_KEY: {
      title: 'ここは人が使うページではありません',
      message: 'イベントは、鍵を持つ送信元からのみ受け付けます。',
    },
    GW_ERR_FORBIDDEN: {
      title: '表示する権限がありません',
      message:
        'このページは別の方のためのものです。必要な場合は、このサイトの管理者に権限を依頼してください。',
    },
    GW_ERR_CROSS_SITE: {
      title: '別のサイトからのリクエストです',
      message:
        '別のサイトがブラウザに指示した操作のため、実行しませんでした。ページを直接開いて、もう一度お試しください。',
    },
    GW_ERR_UPGRADE_REFUSED: {
      title: 'ここでは接続できません',
      message: 'サイトのこの部分では、開いたままの接続は使えません。',
    },
    GW_ERR_RETURN_TO_REFUSED: {
      title: '別の場所へのリンクです',
      message:
        'このサイトで許可されていない場所へ移動するリンクです。アプリケーションを元のアドレスから開いてください。',
    },
    GW_ERR_CALLBACK_INVALID: {
      title: 'サインインの応答が不完全です',
      message: 'サインインページからの応答が途中で壊れました。もう一度サインインしてください。',
    },
    GW_ERR_STATE_UNKNOWN: {
      title: 'ここで始めたサインインではありません',
      message:
        'このサイトが始めたものではないサインインの応答です。もう一度サインインしてください。',
    },
    GW_ERR_TRANSACTION_EXPIRED: {
      title: 'サインインの有効時間が過ぎました',
      message:
        '1 時間以上前、または別のブラウザで始めたサインインです。もう一度サインインしてください。',
    },
    GW_ERR_LOGIN_LOOP: {
      title: 'サインインが完了しません',
      message:
        'サインインページへ何度か移動しましたが、ブラウザから Cookie が送られてきませんでした。このサイトの Cookie を許可して、もう一度お試しください。',
    },
    GW_ERR_COOKIES_BLOCKED: {
      title: 'Cookie がブロックされています',
      message:
        'ブラウザがこのサイトの Cookie を保存しないため、サインインできません。ブラウザの設定でこのサイトの Cookie を許可してから、もう一度サインインしてください。',
    },
    GW_ERR_LOGIN_REFUSED: {
      title: 'サインインが拒否されました',
      message:
        'サインインページで許可されませんでした。もう一度試すか、このサイトの管理者にお問い合わせください。',
    },
    GW_ERR_LOGIN_NOT_ALLOWED: {
      title: 'このアカウントではサインインできません',
      message:
        '本人確認はできましたが、このアカウントにはこのサイトの利用権がありません。別のアカウントを使うか、担当者にお問い合わせください。',
    },
    GW_ERR_LOGIN_MISCONFIGURED: {
      title: 'サインインの設定に誤りがあります',
      message: `お客様に原因はありません。管理者による修正が必要です。${tellId}`,
    },
    GW_ERR_CODE_REFUSED: {
      title: '使用済みか、期限切れのサインインです',
      message: 'サインインの応答は 5 分間に 1 回だけ使えます。もう一度サインインしてください。',
    },
    GW_ERR_TOKENS_REFUSED: {
      title: 'サインインを確認できませんでした',
      message:
        'サインインサービスの応答が検査を通らなかったため、サインインされていません。もう一度お試しください。',
    },
    GW_ERR_COGNITO_UNAVAILABLE: {
      title: 'サインインサービスが応答しません',
      message: `${again}失われたものはありません。`,
    },
    GW_ERR_SESSION_UNAVAILABLE: {
      title: '現在セッションを確認できません',
      message: `${again}サインインは続いています。`,
    },
    GW_ERR_SESSION_TOO_LARGE: {
      title: 'サインイン情報が Cookie に収まりません',
      message: `ロールや属性が、このサイトで扱える量を超えています。管理者による設定の変更が必要です。${tellId}`,
    },
    GW_ERR_IDENTITY_TOO_LARGE: {
      title: 'ロールがこのアプリケーションで扱える数を超えています',
      message: `管理者による設定の変更が必要です。${tellId}`,
    },
    GW_ERR_HEADERS_TOO_LARGE: {
      title: 'ブラウザが送った情報が大きすぎます',
      message:
        'リクエストの Cookie やヘッダーが大きすぎます。このサイトの Cookie を削除して、もう一度お試しください。',
    },
    GW_ERR_REQUEST_INVALID: {
      title: 'リクエストを読み取れません',
      message: 'リクエストが途中で壊れました。もう一度お試しください。',
    },
    GW_ERR_BODY_TOO_LARGE: {
      title: '送信するには大きすぎます',
      message: '送信された内容が、ここで受け取れる大きさを超えています。',
    },
    GW_ERR_UPLOAD_TIMEOUT: {
      title: '送信に時間がかかりすぎました',
      message: 'しばらく何も届かなかったため、待つのをやめました。もう一度お試しください。',
    },
    GW_ERR_EXPECTATION_FAILED: {
      title: 'ここではできない操作です',
      message: '対応していない動作を求めるリクエストです。',
    },
    GW_ERR_UPSTREAM_UNREACHABLE: {
      title: 'アプリケーションが応答しません',
      message: `サインインはしていますが、このページのアプリケーションに接続できません。${again}`,
    },
    GW_ERR_UPSTREAM_INVALID: {
      title: 'アプリケーションの応答を読み取れません',
      message: `このページのアプリケーションに問題があります。${again}`,
    },
    GW_ERR_UPSTREAM_TIMEOUT: {
      title: 'アプリケーションの応答に時間がかかりすぎています',
      message: `このページのアプリケーションが時間内に応答しませんでした。${again}`,
    },
    GW_ERR_UPSTREAM_BUSY: {
      title: 'アプリケーションが混み合っています',
      message: again,
    },
    GW_ERR_AWS_REFUSED: {
      title: 'この部分にはアクセスできません',
      message:
        'サインインは済んでいますが、このページの先のサービスがそれを受け付けません。担当者にお問い合わせください。',
    },
    GW_ERR_AWS_MISCONFIGURED: {
      title: 'アクセスの設定に誤りがあります',
      message: '原因はこちら側にあります。担当者に下の番号をお伝えください。',
    },
    GW_ERR_AWS_UNAVAILABLE: {
      title: '現在アクセス権を確認できません',
      message: 'しばらくしてからもう一度お試しください。サインインしたままです。',
    },
    GW_ERR_UPSTREAM_DOWN: {
      title: 'アプリケーションに接続できません',
      message: `まもなく再接続を試みます。${again}`,
    },
    GW_ERR_GATEWAY_BUSY: {
      title: 'ただいま混み合っています',
      message: `同時に利用している方が多すぎます。${again}`,
    },
    GW_ERR_TOO_MANY_SIGN_INS: {
      title: 'サインインが集中しています',
      message: `同じネットワークから 1 分間に多数のサインインがありました。${again}`,
    },
    GW_ERR_INTERNAL: {
      title: '問題が発生しました',
      message: `お客様に原因はありません。もう一度お試しください。続く場合は、${tellId}`,
    },
  },
  signIn: 'サインイン',
  startPage: 'スタートページへ',
  tryAgain: 'もう一度試す',
  otherAccount: '別のアカウントを使う',
  error: 'エラー',
  id: 'ID',
  signedOut: {
    title: 'サインアウトしました',
    text: 'このサイトのセッションは終了しました。共用のコンピューターでは、ブラウザも閉じてください。',
    again: 'もう一度サインイン',
  },
  confirmSignOut: {
    title: 'サインアウトしますか?',
    text: '別のサイトが、サインアウトのためにこのページへ移動させました。希望する場合だけサインアウトしてください。',
    yes: 'サインアウト',
    no: 'サインインしたままにする',
  },
  account: {
    title: 'アカウント',
    formWaits: 'サインインしました。フォームのあるタブに戻って送信してください。',
    name: '名前',
    email: 'メール',
    groups: 'グループ',
    noGroups: 'なし',
    session: 'このセッション',
    began: 'サインイン',
    idleEnds: '操作がないと終了',
    ends: '使い続けても終了',
    others: 'ほかのセッション',
    noOthers: 'ほかの場所ではサインインしていません。',
    moreOthers: 'ほかにもあります。新しいものだけを表示しています。',
    othersUnknown: 'このサイトでは、ほかのブラウザのセッションの一覧を保存していません。',
    othersAway: '現在、ほかのセッションを表示できません。',
    used: '最後の使用',
    end: '終了',
    signOut: 'サインアウト',
    signOutEverywhere: 'すべての場所でサインアウト',
  },
  keptForm: {
    title: '入力した内容は失われていません',
    text: '送信したときにセッションが終了していたため、まだアプリケーションに届いていません。内容はこのページだけに残っています。このタブを閉じないでください。',
    signIn: '新しいタブでもう一度サインイン',
    send: 'フォームを送信',
    sendNote: '同じアカウントでサインインしてから、このタブに戻ってください。',
    needsScript: 'このフォームの送信には JavaScript を有効にする必要があります。',
    fields: '送信される内容',
    hidden: '表示しません',
    lostTitle: 'セッションが終了していました',
    lostText: '送信された内容はアプリケーションに届いていません。',
    tooLarge: '大きすぎるため、このページに残しておくことができません。',
    files: 'ファイルを含むか、このページに残しておけない形式です。',
    unreadable: '内容が最後まで届きませんでした。',
    goBack:
      '新しいタブでもう一度サインインしてから、このタブで前のページに戻ってください。入力した内容はブラウザに残っているはずです。そこからもう一度送信してください。',
  },
  keepFragment: {
    title: 'サインインしてください',
    text: 'このページを見るにはサインインが必要です。',
    go: 'サインイン',
  },
  landing: {
    title: 'サインインしました',
    text: 'お求めのページを開きます。',
    go: 'ページを開く',
  },
  time: { ago: '{time}前', ahead: '{time}後', moment: '1 分未満' },
}
