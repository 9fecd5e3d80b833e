using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Replication.Server.Demo.Nodes;

/// <summary>
/// Stops the node when standard input ends: the parent closed its end of the pipe or is gone, be it by <c>kill -9</c>.
/// Only for a parent that asks for it, because a service's input is often empty from the start.
/// </summary>
internal sealed class ParentPipe(IHostApplicationLifetime lifetime) : BackgroundService
{
    /// <summary>The environment variable by which a parent asks.</summary>
    public const string Variable = "REPLICAD_STOP_WITH_INPUT";

    /// <summary>Adds it, if the parent asked.</summary>
    public static void AddTo(IServiceCollection services)
    {
        if (Environment.GetEnvironmentVariable(Variable) == "1") services.AddHostedService<ParentPipe>();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // A read of standard input cannot be broken off, but need not be waited for either.
            await using var input = Console.OpenStandardInput();
            await input.CopyToAsync(Stream.Null, stoppingToken).WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        lifetime.StopApplication();
    }
}
