using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Replication.Node.Options;
using Replication.Node.Services.Limits;

namespace Replication.Server.Commands;

/// <summary>What whoever asks for health and status may take of the process: requests there are a line and some headers.</summary>
internal static class HttpLimits
{
    private const int MaxBodyBytes = 16 * 1024;
    private const int MaxHeaderBytes = 16 * 1024;
    private const int MaxHeaders = 64;
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    public static void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
        kestrel.Limits.RequestHeadersTimeout = HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = IdleTimeout;
        var services = kestrel.ApplicationServices;
        var options = services.GetRequiredService<IOptions<NodeOptions>>().Value;
        var connections = new ConnectionLimit(
            ConnectionLimit.WithinHandles(options.MaxConnections), "HTTP", services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>().CreateLogger("Replication.Node"));
        kestrel.ConfigureEndpointDefaults(connections.ApplyTo);
    }
}
