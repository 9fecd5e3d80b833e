using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Replication.Client;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Node;
using Replication.Node.Options;
using Replication.Node.Reporting;

namespace Replication.Testing;

/// <summary>One node of a <see cref="TestCluster"/> inside an application of its own, with a client of it. Can be stopped and started again on its data and ports.</summary>
public sealed class TestNode : IAsyncDisposable
{
    /// <summary>Small, so that a test's log has several: 1 MiB. Snapshots are written only when asked for.</summary>
    private const int SegmentBytes = 1024 * 1024;

    private readonly Uri? _upstream;
    private readonly TestClusterOptions _options;
    private readonly Action<NodeOptions>? _configure;
    private readonly Lock _gate = new();
    private readonly List<Exception> _fatalFailures = [];
    private RunningNode? _running;

    internal TestNode(string name, string data, Uri? upstream, TestClusterOptions options, Action<NodeOptions>? configure)
    {
        Name = name;
        Data = data;
        _upstream = upstream;
        _options = options;
        _configure = configure;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its data directory.</summary>
    public string Data { get; }

    /// <summary>gRPC address; the same after a restart.</summary>
    public Uri Address { get; private set; } = LoopbackPort.TakeAddress();

    /// <summary>Address of the application's HTTP; the same after a restart.</summary>
    public Uri HttpAddress { get; } = LoopbackPort.TakeAddress();

    /// <summary>Whether it runs; what follows throws <see cref="InvalidOperationException"/> while it does not.</summary>
    public bool IsRunning => _running is not null;

    /// <summary>A client of this node, new after each start.</summary>
    public ReplicationClient Client => Running.Client;

    /// <summary>Speaks to the application's endpoints, with <see cref="HttpAddress"/> as its base; new after each start.</summary>
    public HttpClient Http => Running.Http;

    /// <summary>The application's services.</summary>
    public IServiceProvider Services => Running.Application.Services;

    /// <summary>The node itself.</summary>
    public ReplicationNode Node => Services.GetRequiredService<ReplicationNode>();

    /// <summary>Its database.</summary>
    public LocalDatabase Database => Node.Database;

    /// <summary>What it says of itself.</summary>
    public NodeStatus Status => Services.GetRequiredService<StatusReporter>().Report();

    /// <summary>What it met after which its process would have ended, restarts included.</summary>
    public IReadOnlyList<Exception> FatalFailures
    {
        get
        {
            lock (_gate) return [.. _fatalFailures];
        }
    }

    private RunningNode Running => _running ?? throw new InvalidOperationException($"{Name} is stopped. Call StartAsync first.");

    /// <summary>Starts it on its data and ports. Nothing happens when it runs.</summary>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">The data directory or the port cannot be used; its type and message say why.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (IsRunning) return;
        var application = _options.Application(NewBuilder());
        try
        {
            await application.StartAsync(cancellation);
            Address = new Uri(application.Services.GetRequiredService<ReplicationNode>().Address);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
        _running = new RunningNode(application, Address, HttpAddress);
    }

    /// <summary>Stops it in good order; its data stays. Nothing happens when it is stopped.</summary>
    public async Task StopAsync()
    {
        if (_running is not { } running) return;
        _running = null;
        await running.DisposeAsync();
    }

    /// <summary>Forgets the fatal failures so far, which a test wanted, so that the cluster does not complain about them.</summary>
    /// <returns>Those that are forgotten.</returns>
    public IReadOnlyList<Exception> AcceptFatalFailures()
    {
        lock (_gate)
        {
            Exception[] accepted = [.. _fatalFailures];
            _fatalFailures.Clear();
            return accepted;
        }
    }

    /// <summary>Stops it.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Throws the first fatal failure.</summary>
    /// <exception cref="NodeFailedException">There is one.</exception>
    public void ThrowIfFailed()
    {
        if (Failures().FirstOrDefault() is { } failure) throw failure;
    }

    internal IEnumerable<NodeFailedException> Failures() => FatalFailures.Select(failure => new NodeFailedException(Name, failure));

    /// <summary>Where it is, for a message.</summary>
    internal string Describe()
    {
        if (!IsRunning) return $"{Name} is stopped";
        var status = Status;
        var error = status.Upstream is { LastError.Length: > 0 } upstream ? $" (its last session ended: {upstream.LastError})" : "";
        return $"{Name} is {status.State} at {Database.State.Position}{error}";
    }

    private WebApplicationBuilder NewBuilder()
    {
        // Nobody edits the settings of a test; watching their files would use up what the system has of watches.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.WebHost.UseUrls(HttpAddress.ToString());
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_options.Time);
        builder.Services.AddSingleton<FatalExit>(Keep);
        builder.Services.PostConfigure<NodeOptions>(options =>
        {
            options.Name = Name;
            options.Role = null;
            options.Data = Data;
            options.Listen = Address;
            options.Primary = _upstream?.ToString() ?? string.Empty;
            options.SegmentBytes = SegmentBytes;
            options.SnapshotEveryBytes = 0;
            _options.Configure(options);
            _configure?.Invoke(options);
        });
        return builder;
    }

    private void Keep(Exception failure)
    {
        lock (_gate) _fatalFailures.Add(failure);
    }
}
