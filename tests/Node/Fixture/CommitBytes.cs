using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Replication.Protos.V1;

namespace Replication.Node.Tests.Fixture;

/// <summary>A CommitStream whose messages are cut where a test wants: what is sent at once arrives at once.</summary>
internal sealed class CommitBytes : IDisposable
{
    private const int EnvelopeBytes = 5;

    private readonly HttpClient _http = new();
    private readonly SentByHand _content = new();
    private readonly HttpRequestMessage _request;
    private readonly Task<HttpResponseMessage> _response;
    private ulong _answers;

    public CommitBytes(Uri address)
    {
        _content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        _request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, $"/{Store.Descriptor.FullName}/CommitStream")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = _content };
        _request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        _response = _http.SendAsync(_request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The bytes of a message with one commit.</summary>
    public static byte[] Message(ulong ticket)
    {
        var put = new Put { Collection = "docs", Key = ByteString.CopyFromUtf8("k"), Value = ByteString.CopyFromUtf8(ticket.ToString(CultureInfo.InvariantCulture)) };
        var item = new CommitStreamRequest.Types.Item { Ticket = ticket, Request = new CommitRequest { Operations = { new Operation { Put = put } } } };
        return Enveloped(new CommitStreamRequest { Items = { item } }.ToByteArray());
    }

    public async Task SendAsync(params byte[] bytes)
    {
        var stream = await _content.Opened;
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    /// <summary>The next answer is that of the next ticket, and its commit is there.</summary>
    public async Task AssertNextCommittedAsync()
    {
        var stream = await (await _response).Content.ReadAsStreamAsync();
        var envelope = new byte[EnvelopeBytes];
        await stream.ReadExactlyAsync(envelope);
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(envelope.AsSpan(1))];
        await stream.ReadExactlyAsync(message);
        var answer = Assert.Single(CommitStreamResponse.Parser.ParseFrom(message).Items);
        Assert.Equal(++_answers, answer.Ticket);
        Assert.NotNull(answer.Response.Committed);
    }

    /// <summary>What the status says when the server ends the call.</summary>
    public async Task<string> EndAsync()
    {
        using var response = await _response;
        await (await response.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null);
        return Uri.UnescapeDataString(string.Join(' ', response.TrailingHeaders.Concat(response.Headers).SelectMany(static header => header.Value)));
    }

    public void Dispose()
    {
        _content.End();
        _request.Dispose();
        _http.Dispose();
    }

    private static byte[] Enveloped(byte[] message)
    {
        var bytes = new byte[EnvelopeBytes + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), message.Length);
        message.CopyTo(bytes, EnvelopeBytes);
        return bytes;
    }

    private sealed class SentByHand : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Stream> Opened => _opened.Task;

        public void End() => _ended.TrySetResult();

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _opened.SetResult(stream);
            return _ended.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
