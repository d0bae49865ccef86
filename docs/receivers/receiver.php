<?php
// Receives pushes: checks the signature, answers at once. PHP 8.0 or later, no extension.
//
//     WEBHOOK_SECRETS="whsec_..." php -d post_max_size=32M -S 127.0.0.1:8080 receiver.php

declare(strict_types=1);

const TOLERANCE_S = 300;
const MAX_BYTES = 20_000_000;

/** Whether one of the secrets signed this body, and did so just now. $body: the bytes as they came. */
function isGenuine(array $headers, string $body, array $secrets, int $now): bool
{
    $id = $headers['webhook-id'] ?? '';
    $timestamp = $headers['webhook-timestamp'] ?? '';
    if ($id === '' || !preg_match('/^\d{1,12}$/D', $timestamp) || abs($now - (int) $timestamp) > TOLERANCE_S) {
        return false;
    }
    foreach ($secrets as $secret) {
        $expected = signature($secret, "$id.$timestamp.$body");
        foreach (explode(' ', $headers['webhook-signature'] ?? '') as $given) {
            if (hash_equals($expected, $given)) {
                return true;
            }
        }
    }
    return false;
}

function signature(string $secret, string $signed): string
{
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
    return 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
}

/** What to answer with: a ping's challenge if it has one (`endpoint verify`), else nothing. */
function answerTo(array $event): string
{
    $challenge = $event['type'] === 'endpoint.ping' ? $event['data']['challenge'] ?? null : null;
    return $challenge === null ? '' : json_encode(['challenge' => $challenge], JSON_THROW_ON_ERROR);
}

/** Yours. The same event may come twice: store it under its id, and work on it after the answer. */
function receive(string $id, array $event): void
{
    file_put_contents('php://stdout', "$id {$event['type']} " . ($event['data']['headline'] ?? '') . "\n");
}

$body = file_get_contents('php://input', false, null, 0, MAX_BYTES + 1);
if (strlen($body) > MAX_BYTES) {
    http_response_code(413);
    exit;
}
$secrets = array_filter(explode(' ', (string) getenv('WEBHOOK_SECRETS')));
if ($secrets === [] || preg_grep('~^(whsec_)?[A-Za-z0-9+/]{32,88}={0,2}$~D', $secrets, PREG_GREP_INVERT)) {
    error_log('WEBHOOK_SECRETS holds no secret, or what is none: copy each whole, whsec_ and = included');
    http_response_code(500);
    exit;
}
$headers = array_change_key_case(getallheaders());
if (!isGenuine($headers, $body, $secrets, time())) {
    http_response_code(400);
    exit;
}
$event = json_decode($body, true, 512, JSON_THROW_ON_ERROR);
receive($headers['webhook-id'], $event);
header('content-type: application/json');
echo answerTo($event);
