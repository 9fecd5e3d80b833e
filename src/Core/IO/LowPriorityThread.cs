using System.Runtime.InteropServices;

namespace Replication.Core.IO;

/// <summary>
/// A thread that works when nobody else wants the processor, together with the threads that it starts: for long work beside commits.
/// The runtime's thread priorities have no effect on Linux; there each thread has its own nice value, which those it starts inherit.
/// </summary>
public static partial class LowPriorityThread
{
    private const int OfProcess = 0; // PRIO_PROCESS, which for 0 means the calling thread on Linux
    private const int Nice = 15;

    /// <summary>Runs work on such a thread.</summary>
    /// <param name="name">Of the thread.</param>
    /// <param name="work">May block.</param>
    /// <returns>What it returned or threw.</returns>
    public static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            // Without the right to, it works with the priority of all others.
            _ = SetPriority(OfProcess, 0, Nice);
            try
            {
                result.SetResult(work());
            }
            catch (Exception failure)
            {
                result.SetException(failure);
            }
        })
        { IsBackground = true, Name = name }.Start();
        return result.Task;
    }

    /// <summary>
    /// Lets whoever waits for this processor have it first. Called every hundred microseconds or so: a thread that wakes up would otherwise
    /// wait until the kernel's slice of some milliseconds is over, whatever the priorities are.
    /// </summary>
    public static void Cede() => Thread.Yield();

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
