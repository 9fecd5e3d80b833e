using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Node;
using Replication.Node.Options;
using Replication.Node.Reporting;
using Replication.Server.Demo.Nodes;
using Replication.Server.Systemd;

namespace Replication.Server.Commands;

/// <summary>Runs one node until it is told to stop.</summary>
internal static class NodeProgram
{
    // Otherwise a watcher of the working directory wakes at every write to a log below it: a twentieth of the CPU of commits.
    private const string SettingsAreReadOnce = "--hostBuilder:reloadConfigOnChange=false";

    public static async Task<int> RunAsync(Uri http, bool quiet, Action<NodeOptions> configure, CancellationToken cancellation)
    {
        try
        {
            await using var application = Build(http, quiet, configure);
            await ((IHost)application).RunAsync(cancellation);
            return ExitCode.Success;
        }
        catch (Exception failure) when (Explain(failure, http) is { } explanation)
        {
            await Console.Error.WriteLineAsync($"replicad: {explanation}");
            return ExitCode.Configuration;
        }
        catch (IOException full) when (DiskFullException.IsToldBy(full))
        {
            await Console.Error.WriteLineAsync($"replicad: The disk is full, so that this node cannot start. Free some space and start it again; nothing is lost. ({full.Message})");
            return ExitCode.TryLater;
        }
    }

    private static WebApplication Build(Uri http, bool quiet, Action<NodeOptions> configure)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [SettingsAreReadOnce] });
        builder.WebHost.UseUrls(http.GetLeftPart(UriPartial.Authority));
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.SetMinimumLevel(quiet ? LogLevel.Warning : LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Error);
        // Failures to start are explained in one sentence by this program.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // What peers do wrong on their connections is their affair, and would fill the log: each frame can be a line.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Http2", LogLevel.None);
        builder.WebHost.ConfigureKestrel(HttpLimits.Apply);
        builder.AddReplicationNode(configure);
        ParentPipe.AddTo(builder.Services);
        builder.Services.AddSystemd(services => () => StatusLine(services));
        var application = builder.Build();
        application.MapReplicationNode();
        return application;
    }

    private static string StatusLine(IServiceProvider services)
    {
        var node = services.GetRequiredService<ReplicationNode>();
        return services.GetRequiredService<StatusReporter>().NotReadyReason()
            ?? string.Create(CultureInfo.InvariantCulture, $"{node.State} at {node.Database.State.Position}, {node.Database.State.Records} records");
    }

    private static string? Explain(Exception failure, Uri http) => failure switch
    {
        DataDirectoryException or LogDamagedException or UnsupportedFormatException or ApplyException or ListenException => failure.Message,
        OptionsValidationException invalid => string.Join(' ', invalid.Failures),
        IOException { InnerException: AddressInUseException } => $"The address {http.GetLeftPart(UriPartial.Authority)} is in use. Stop what uses it, or name another one for --http.",
        UnauthorizedAccessException => failure.Message,
        _ => null,
    };
}
