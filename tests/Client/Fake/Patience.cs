namespace Replication.Client.Tests.Fake;

/// <summary>How long a test waits for what must come: so long only when something is broken.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The answer, or a failed test.</summary>
    public static Task<T> WithinAsync<T>(Task<T> task) => task.WaitAsync(Limit);

    /// <summary>The end, or a failed test.</summary>
    public static Task WithinAsync(Task task) => task.WaitAsync(Limit);
}
