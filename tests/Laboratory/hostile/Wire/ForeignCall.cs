using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace Replication.Hostile.Tests.Wire;

/// <summary>gRPC calls whose bytes a test chooses, over an HTTP/2 client that keeps to the rules of everything below.</summary>
internal sealed class ForeignCall(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Sends a body to a method and reads how it ends.</summary>
    public async Task<Answer> SendAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value)) content.Headers.TryAddWithoutValidation(name, value);
        try
        {
            using var response = await _http.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();
            var status = Header(response.TrailingHeaders, "grpc-status") ?? Header(response.Headers, "grpc-status");
            var says = Header(response.TrailingHeaders, "grpc-message") ?? Header(response.Headers, "grpc-message") ?? $"HTTP {(int)response.StatusCode}";
            return new Answer(status is null ? null : (StatusCode)int.Parse(status, CultureInfo.InvariantCulture), Uri.UnescapeDataString(says));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new Answer(null, failure.InnerException?.Message ?? failure.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string? Header(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
